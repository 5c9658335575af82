#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "toolkit/check/links.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {

// The network stack of a machine: what it holds, and what a check puts there.

std::vector<Link> links_on(const Machine& machine);
/// A socket that `make` makes there, as listen_on() does.
Fd socket_on(const Machine& machine, const std::function<Fd()>& make);
void set_link_on(const Machine& machine, const std::string& name, LinkState state);

/// Two devices that are one cable, both down.
struct Cable {
  std::string here;
  std::string there;
};
/// A cable on the machine, for a program to do with as it is told: no finding when an end has gone.
/// SKIP where the kernel has no veth devices.
Cable lay_cable(Machine& machine);

/// Programs of these names can't be started on the machine: what they do is the learner's to write.
void hide_programs(Machine& machine, const std::vector<std::string>& names);

/// What is mounted on a file of the machine, topmost last; nothing when it is a file like others.
std::optional<MountInfo> mounted_on(const Machine& machine, const std::string& path);
/// A file of the machine, held open as somebody in it would: what is mounted there is busy.
Fd opened_on(const Machine& machine, const std::string& path);

}  // namespace toolkit::checks
