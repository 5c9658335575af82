#include "toolkit/check/stack.hpp"

#include <cerrno>

#include "toolkit/check/random.hpp"
#include "toolkit/check/sockets.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/namespaces.hpp"

namespace toolkit::checks {

std::vector<Link> links_on(const Machine& machine) {
  return links_from_text(machine.inside(Ns::net, [] { return links_as_text(links_here()); }));
}

void need_ipv6_on(const Machine& machine) {
  if (is_up_with(links_on(machine), "lo", "::1/128")) return;
  skip("a new lo gets no IPv6 address from this kernel",
       "as root: sysctl net.ipv6.conf.default.disable_ipv6=0");
}

Fd socket_on(const Machine& machine, const std::function<Fd()>& make) {
  const auto there = [&machine](const auto& body) {
    static_cast<void>(machine.inside(Ns::net, body));
  };
  return made_elsewhere(there, make);
}

void set_link_on(Machine& machine, const std::string& name, LinkState state) {
  static_cast<void>(machine.inside(Ns::net, [&] {
    set_link(name, state);
    return std::string();
  }));
  machine.settle();
}

void raise_flags_on(Machine& machine, const std::string& name, unsigned flags) {
  static_cast<void>(machine.inside(Ns::net, [&] {
    raise_flags(name, flags);
    return std::string();
  }));
  machine.settle();
}

namespace {

Cable lay(Machine& machine, const Cable& cable) {
  const std::string made = machine.inside(Ns::net, [&cable]() -> std::string {
    try {
      make_veth(cable.here, cable.there);
      return "yes";
    } catch (const SystemError& error) {
      if (error.number() != EOPNOTSUPP) throw;
      return "no";
    }
  });
  if (made == "no") skip("this kernel has no veth devices", "as root: modprobe veth");
  machine.settle();
  machine.excuse(cable.here);
  machine.excuse(cable.there);
  return cable;
}

}  // namespace

Cable lay_cable(Machine& machine) {
  return lay(machine, {.here = 'v' + random_name(), .there = 'w' + random_name()});
}

Cable lay_cable_named_lo(Machine& machine) {
  static_cast<void>(machine.inside(Ns::net, [] {
    set_link("lo", LinkState::down);
    rename_link("lo", 'l' + random_name());
    return std::string();
  }));
  return lay(machine, {.here = "lo", .there = 'w' + random_name()});
}

std::optional<MountInfo> mounted_on(const Machine& machine, const std::string& path) {
  std::optional<MountInfo> found;
  for (const MountInfo& mount : mounts_of(machine.keeper())) {
    if (mount.target == path) found = mount;
  }
  return found;
}

std::string mounted_text(const Machine& machine, const std::string& path) {
  const auto mount = mounted_on(machine, path);
  return !mount ? "nothing is mounted on it" : mount->root + ", a " + mount->type;
}

void keep_namespace_on(Machine& machine, Ns kind, const std::string& path) {
  machine.make_file(path, "");
  const auto body = [&] {
    const std::string own = "/proc/self/ns/" + std::string(proc_name(kind));
    toolkit::unshare(kind);
    toolkit::bind(own, path);
  };
  machine.spawn(body).wait();
  machine.settle();
}

void bind_on(Machine& machine, const std::string& from, const std::string& path) {
  machine.make_file(path, "");
  static_cast<void>(machine.inside(Ns::mount, [&] {
    toolkit::bind(from, path);
    return std::string();
  }));
  machine.settle();
}

Fd opened_on(const Machine& machine, const std::string& path) {
  const auto there = [&machine](const auto& body) {
    static_cast<void>(machine.inside(Ns::mount, body));
  };
  return made_elsewhere(there, [&path] { return open_file(path, O_RDONLY); });
}

}  // namespace toolkit::checks
