#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/test_causes.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

long pivot(const char* new_root, const char* put_old) {
  return ::syscall(SYS_pivot_root, new_root, put_old);
}

void make(const std::string& path) { check(::mkdir(path.c_str(), 0755), "mkdir", path); }

/// Runs body with a tmpfs at a directory of its own; no mount is shared.
int on_tmpfs(const std::function<int(const std::string& place)>& body) {
  const TempDir place;
  set_propagation("/", Propagation::private_);
  mount("tmpfs", place.path(), "tmpfs", 0);
  const int error = body(place.path());
  unmount(place.path(), Detach::yes);
  return error;
}

/// Runs body with nothing but an empty tmpfs for a root; there is no way back.
int in_empty_root(const std::function<int()>& body) {
  set_propagation("/", Propagation::private_);
  mount("tmpfs", "/tmp", "tmpfs", 0);
  check(::chdir("/tmp"), "chdir", "/tmp");
  pivot_root_here();
  unmount(".", Detach::yes);
  return body();
}

/// Real root's own copy: in a user namespace the root is locked, which is another error.
int pivot_to_plain_directory() {
  unshare(Ns::mount);
  return in_empty_root([] {
    make("/new");
    return said(pivot("/new", "/new"));
  });
}

int pivot_with_old_on_root() {
  return on_tmpfs([](const std::string& place) { return said(pivot(place.c_str(), "/")); });
}

int pivot_to_locked_root() { return said(pivot("/", "/")); }

int pivot_to_directory_elsewhere() {
  return on_tmpfs([](const std::string& place) {
    make(place + "/new");
    return said(pivot((place + "/new").c_str(), (place + "/new").c_str()));
  });
}

int pivot_below_shared() {
  return on_tmpfs([](const std::string& place) {
    set_propagation(place, Propagation::shared);
    make(place + "/new");
    bind(place + "/new", place + "/new");
    return said(pivot((place + "/new").c_str(), (place + "/new").c_str()));
  });
}

int pivot_with_old_elsewhere() {
  return on_tmpfs([](const std::string& place) { return said(pivot(place.c_str(), "/proc")); });
}

int pivot_in_chroot() {
  return on_tmpfs([](const std::string& place) {
    make(place + "/jail");
    make(place + "/jail/new");
    mount("tmpfs", place + "/jail/new", "tmpfs", 0);
    const pid_t child = check(::fork(), "fork");  // so that the way back is not lost
    if (child == 0) {
      const bool inside = ::chroot((place + "/jail").c_str()) == 0;
      ::_exit(inside ? said(pivot("/new", "/new")) : 0);
    }
    int status = 0;
    check(::waitpid(child, &status, 0), "waitpid");
    return WEXITSTATUS(status);
  });
}

int mount_at(const char* source, const std::string& target, const char* type, unsigned long flags,
             const char* data = nullptr) {
  return said(::mount(source, target.c_str(), type, flags, data));
}

int mount_proc_without_old_root() {
  return in_empty_root([] {
    make("/proc");
    return mount_at("proc", "/proc", "proc", 0);
  });
}

int mount_twice() {
  const TempDir place;
  mount("sysfs", place.path(), "sysfs", 0);
  const int error = mount_at("sysfs", place.path(), "sysfs", 0);
  unmount(place.path());
  return error;
}

int remount_while_written() {
  return on_tmpfs([](const std::string& place) {
    const Fd writer = open_file(place + "/file", O_WRONLY | O_CREAT, 0600);
    return mount_at(nullptr, place, nullptr, MS_REMOUNT | MS_RDONLY);
  });
}

int unmount_while_used() {
  return on_tmpfs([](const std::string& place) {
    const Fd user = open_file(place, O_RDONLY);
    return said(::umount2(place.c_str(), 0));
  });
}

/// A mount where programs look for it, "/proc" or "/sys".
int mount_below(const char* source, const char* type, const char* name) {
  const TempDir place;
  make(place.at(name));
  return mount_at(source, place.at(name), type, 0);
}

/// The mount of a directory of one's own, which is no mount point.
int mount_on_directory(const char* source, const char* type, unsigned long flags) {
  const TempDir place;
  return mount_at(source, place.path(), type, flags);
}

int make_device() {
  const TempDir place;
  return said(::mknod(place.at("null").c_str(), S_IFCHR | 0666, ::makedev(1, 3)));
}

int unmount_directory() {
  const TempDir place;
  return said(::umount2(place.path().c_str(), 0));
}

int unlink_mount_point() {
  return on_tmpfs([](const std::string& place) {
    const std::string file = place + "/kept";
    open_file(file, O_CREAT | O_WRONLY, 0600).reset();
    toolkit::bind("/proc/self/ns/uts", file);
    return said(::unlink(file.c_str()));
  });
}

int link_from_elsewhere() {
  const TempDir place;
  return said(::linkat(AT_FDCWD, "/proc/self/ns/uts", AT_FDCWD, place.at("kept").c_str(),
                       AT_SYMLINK_FOLLOW));
}

}  // namespace

std::vector<Cause> causes_of_roots() {
  return {
      {.call = "pivot_root",
       .error = EBUSY,
       .caller = Caller::host_root,
       .fail = pivot_to_plain_directory},
      {.call = "pivot_root", .error = EBUSY, .kinds = Ns::mount, .fail = pivot_with_old_on_root},
      {.call = "pivot_root", .error = EINVAL, .kinds = Ns::mount, .fail = pivot_to_locked_root},
      {.call = "pivot_root",
       .error = EINVAL,
       .kinds = Ns::mount,
       .fail = pivot_to_directory_elsewhere},
      {.call = "pivot_root", .error = EINVAL, .kinds = Ns::mount, .fail = pivot_below_shared},
      {.call = "pivot_root", .error = EINVAL, .kinds = Ns::mount, .fail = pivot_with_old_elsewhere},
      {.call = "pivot_root", .error = EINVAL, .kinds = Ns::mount, .fail = pivot_in_chroot},
      {.call = "pivot_root", .error = EPERM, .fail = [] { return said(pivot(".", ".")); }},
      {.call = "chroot",
       .error = EPERM,
       .caller = Caller::nobody,
       .fail = [] { return said(::chroot("/")); }},
      {.call = "chroot", .error = ENOENT, .fail = [] { return said(::chroot("/none")); }},
      {.call = "chroot", .error = ENOTDIR, .fail = [] { return said(::chroot("/dev/null")); }},
  };
}

std::vector<Cause> causes_of_mounts() {
  const auto on_place = [](const char* source, const char* type, unsigned long flags) {
    return [=] { return mount_on_directory(source, type, flags); };
  };
  return {
      {.call = "mount",
       .subject = "proc",
       .error = EPERM,
       .kinds = Ns::mount,
       .fail = [] { return mount_below("proc", "proc", "proc"); }},
      {.call = "mount",
       .subject = "proc",
       .error = EPERM,
       .kinds = Ns::mount | Ns::pid,
       .fail = mount_proc_without_old_root},
      {.call = "mount",
       .subject = "sys",
       .error = EPERM,
       .kinds = Ns::mount,
       .fail = [] { return mount_below("sysfs", "sysfs", "sys"); }},
      {.call = "mount", .error = EPERM, .fail = on_place("tmpfs", "tmpfs", 0)},
      {.call = "mount", .error = EBUSY, .kinds = Ns::mount | Ns::net, .fail = mount_twice},
      {.call = "mount", .error = EBUSY, .kinds = Ns::mount, .fail = remount_while_written},
      {.call = "mount",
       .error = EINVAL,
       .kinds = Ns::mount,
       .fail = on_place(nullptr, nullptr, MS_PRIVATE)},
      {.call = "mount",
       .error = EINVAL,
       .kinds = Ns::mount,
       .fail = on_place(nullptr, nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY)},
      {.call = "mount",
       .error = EINVAL,
       .kinds = Ns::mount,
       .fail = [] { return mount_at("tmpfs", "/tmp", "tmpfs", 0, "nonsense=1"); }},
      {.call = "mount", .error = ENODEV, .kinds = Ns::mount, .fail = on_place("x", "nonesuch", 0)},
      {.call = "mount",
       .error = ENOENT,
       .kinds = Ns::mount,
       .fail = [] { return mount_at("tmpfs", "/none", "tmpfs", 0); }},
      {.call = "mount",
       .error = ENOENT,
       .kinds = Ns::mount,
       .fail = on_place("/none", nullptr, MS_BIND)},
      {.call = "mount",
       .error = ENOTDIR,
       .kinds = Ns::mount,
       .fail = on_place("/dev/null", nullptr, MS_BIND)},
      {.call = "umount2", .error = EINVAL, .kinds = Ns::mount, .fail = unmount_directory},
      {.call = "umount2",
       .error = EINVAL,
       .kinds = Ns::mount,
       .fail = [] { return said(::umount2("/proc", MNT_DETACH)); }},
      {.call = "umount2", .error = EBUSY, .kinds = Ns::mount, .fail = unmount_while_used},
      {.call = "umount2", .error = EPERM, .fail = [] { return said(::umount2("/proc", 0)); }},
      {.call = "unlinkat", .error = EBUSY, .kinds = Ns::mount, .fail = unlink_mount_point},
      {.call = "linkat", .error = EXDEV, .fail = link_from_elsewhere},
      {.call = "mknodat", .error = EPERM, .kinds = Ns::mount, .fail = make_device},
  };
}

}  // namespace toolkit::test
