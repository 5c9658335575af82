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
/// SKIP where a lo that comes up gets no IPv6 address.
void need_ipv6_on(const Machine& machine);
/// A socket that `make` makes there, as listen_on() does.
Fd socket_on(const Machine& machine, const std::function<Fd()>& make);
void set_link_on(Machine& machine, const std::string& name, LinkState state);
/// Sets these flags of netdevice(7), and leaves the others.
void raise_flags_on(Machine& machine, const std::string& name, unsigned flags);

/// Two devices that are one cable, both down.
struct Cable {
  std::string here;
  std::string there;
};
/// A cable on the machine, for a program to do with as it is told: no finding when an end has gone.
/// SKIP where the kernel has no veth devices.
Cable lay_cable(Machine& machine);
/// A cable whose end `here` is called lo, as a link of every new network namespace is; what was lo on
/// the machine gets another name. For what such a device is refused, its name and kind say nothing of.
Cable lay_cable_named_lo(Machine& machine);

/// What is mounted on a file of the machine, topmost last; nothing when it is a file like others.
std::optional<MountInfo> mounted_on(const Machine& machine, const std::string& path);
/// "net:[4026531840], a nsfs", or that there is nothing.
std::string mounted_text(const Machine& machine, const std::string& path);
/// A new namespace of this kind, kept by a file that this makes.
void keep_namespace_on(Machine& machine, Ns kind, const std::string& path);
/// A new file, with another one mounted on it.
void bind_on(Machine& machine, const std::string& from, const std::string& path);
/// A file of the machine, held open as somebody in it would: what is mounted there is busy.
Fd opened_on(const Machine& machine, const std::string& path);

}  // namespace toolkit::checks
