#include "toolkit/check/furnish.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
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
