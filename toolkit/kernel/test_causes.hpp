#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/ns.hpp"

namespace toolkit::test {

/// Who does what must fail: root in namespaces of its own, a user without rights, or the real root.
enum class Caller { inside, nobody, host_root };

/// How the kernel is made to say one row of docs/errors.md.
struct Cause {
  std::string_view call = {};
  std::string_view subject = {};
  int error = 0;
  Caller caller = Caller::inside;
  Ns kinds = Ns::none;                           ///< new ones, besides a user namespace, for inside
  std::function<int()> fail = [] { return 0; };  ///< errno of the call, or 0
};

std::vector<Cause> causes_of_roots();
std::vector<Cause> causes_of_mounts();
std::vector<Cause> causes_of_namespaces();
std::vector<Cause> causes_of_ids();
std::vector<Cause> causes_of_processes();
std::vector<Cause> causes_of_groups();
std::vector<Cause> all_causes();

/// Runs body as who meets this cause, in a child of its own.
void as_caller(const Cause& cause, const std::function<void()>& body);

/// "EPERM"
std::string error_name(int number);
/// "write gid_map EPERM": one row of docs/errors.md, be it an Advice or a Cause of it.
template <typename Row>
std::string name_of(const Row& row) {
  std::string name(row.call);
  if (!row.subject.empty()) name.append(" ").append(row.subject);
  return name + " " + error_name(row.error);
}

/// Where the groups of cgroup v2 are; empty when they are nowhere.
std::string unified_groups();

/// errno, if a call returned -1.
int said(long result);
/// One write to a file, as the control files of proc want it; errno of it. One that can't even be
/// opened throws.
int said_writing(const char* path, std::string_view text);

}  // namespace toolkit::test
