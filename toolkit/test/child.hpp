#pragma once

#include <functional>
#include <string>

#include "toolkit/kernel/ns.hpp"

namespace toolkit::test {

/// Runs body in a child of its own, for what can't be undone: ids, limits, sessions, capabilities.
/// CHECK and REQUIRE work in it: what fails there fails the case here, and so does a child that dies.
void in_child(const std::function<void()>& body);

/// The same in new namespaces, always a user namespace too, in which body is root with one id: so
/// root and a normal user see the same. Its mounts end with it.
void inside(Ns namespaces, const std::function<void()>& body);

/// The value of one line of /proc/self/status ("CapEff"), without blanks around it.
std::string status_line(const std::string& name);

}  // namespace toolkit::test

// Ends a case that `inside` needs as a skip, where this user can make no user namespace.
#define NEEDS_USER_NAMESPACES() \
  SKIP_UNLESS(toolkit::test::has_user_namespaces(), "user namespaces are not allowed here")
