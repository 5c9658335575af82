#include "toolkit/check/furnish.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolkit/check/random.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace toolkit::checks {
namespace {

template <typename Deed>
void in_its_mounts(const Machine& machine, const Deed& deed) {
  static_cast<void>(machine.inside(Ns::mount, [&deed] {
    deed();
    return std::string();
  }));
}

}  // namespace

void make_directory(const Machine& machine, const std::string& path) {
  in_its_mounts(machine, [&path] { make_directories(path); });
}

std::string make_invalid_group(const Machine& machine, const std::string& place) {
  const std::string above = place + '/' + random_name();
  const std::string invalid = above + '/' + random_name();
  in_its_mounts(machine, [&] {
    for (const std::string& path : {above, above + "/threaded", invalid})
      check(::mkdir(path.c_str(), 0755), "mkdir", path);
    write_file(above + "/threaded/cgroup.type", "threaded");
  });
  return invalid;
}

void make_link(const Machine& machine, const std::string& path, const std::string& text) {
  in_its_mounts(machine, [&] { check(::symlink(text.c_str(), path.c_str()), "symlink", path); });
}

void mount_tmpfs(Machine& machine, const std::string& path) {
  in_its_mounts(machine, [&path] {
    check(::mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=16m"), "mount", path);
  });
  machine.settle();
}

void mount_bind(Machine& machine, const std::string& source, const std::string& path) {
  in_its_mounts(machine, [&] {
    check(::mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr), "mount", path);
  });
  machine.settle();
}

}  // namespace toolkit::checks
