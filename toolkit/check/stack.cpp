#include "toolkit/check/stack.hpp"

#include <cerrno>

#include "toolkit/check/random.hpp"
#include "toolkit/check/sockets.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace toolkit::checks {

std::vector<Link> links_on(const Machine& machine) {
  return links_from_text(machine.inside(Ns::net, [] { return links_as_text(links_here()); }));
}

Fd socket_on(const Machine& machine, const std::function<Fd()>& make) {
  const auto there = [&machine](const auto& body) {
    static_cast<void>(machine.inside(Ns::net, body));
  };
  return made_elsewhere(there, make);
}

void set_link_on(const Machine& machine, const std::string& name, LinkState state) {
  static_cast<void>(machine.inside(Ns::net, [&] {
    set_link(name, state);
    return std::string();
  }));
}

Cable lay_cable(Machine& machine) {
  const Cable cable{.here = 'v' + random_name(), .there = 'w' + random_name()};
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

void hide_programs(Machine& machine, const std::vector<std::string>& names) {
  static_cast<void>(machine.inside(Ns::mount, [&names] {
    for (const std::string directory : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
      for (const std::string& name : names) {
        if (kind_of(directory + name)) toolkit::bind("/dev/null", directory + name);
      }
    }
    return std::string();
  }));
  machine.settle();
}

std::optional<MountInfo> mounted_on(const Machine& machine, const std::string& path) {
  std::optional<MountInfo> found;
  for (const MountInfo& mount : mounts_of(machine.keeper())) {
    if (mount.target == path) found = mount;
  }
  return found;
}

Fd opened_on(const Machine& machine, const std::string& path) {
  const auto there = [&machine](const auto& body) {
    static_cast<void>(machine.inside(Ns::mount, body));
  };
  return made_elsewhere(there, [&path] { return open_file(path, O_RDONLY); });
}

}  // namespace toolkit::checks
