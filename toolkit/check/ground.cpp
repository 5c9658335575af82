#include "toolkit/check/ground.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "toolkit/check/ground_cgroups.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace toolkit::checks {
namespace {

constexpr unsigned long kQuiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;

void make_directory(const std::string& path, mode_t mode = 0755) {
  check(::mkdir(path.c_str(), mode), "mkdir", path);
  check(::chmod(path.c_str(), mode), "chmod", path);  // whatever the umask is
}

void make_link(const char* target, const std::string& path) {
  check(::symlink(target, path.c_str()), "symlink", path);
}

/// The host's programs and settings as they are, but read-only. Nothing of its state (/run, /var,
/// /home) comes in: a socket works on a read-only mount, too.
void show_host_programs() {
  for (const char* name :
       {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "etc", "opt", "nix", "gnu"}) {
    const std::string source = std::string("/") + name;
    struct stat status {};
    if (::lstat(source.c_str(), &status) == -1) continue;
    if (S_ISLNK(status.st_mode)) {
      std::array<char, 4096> target{};
      check(::readlink(source.c_str(), target.data(), target.size() - 1), "readlink", source);
      make_link(target.data(), name);
      continue;
    }
    make_directory(name);
    toolkit::bind(source, name);
    set_attributes_at(name, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, Recurse::yes);
  }
}

/// A device lies on each of them, and is no program: EACCES.
void hide_programs(const std::vector<std::string>& names) {
  for (const char* directory : {"usr/bin", "usr/sbin", "bin", "sbin"}) {
    struct stat status {};
    if (::lstat(directory, &status) == -1 || !S_ISDIR(status.st_mode)) continue;  // or led to
    for (const std::string& name : names) {
      const std::string path = std::string(directory) + '/' + name;
      if (::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
        toolkit::bind("/dev/null", path);
      }
    }
  }
}

void mount_proc_and_sys(Ground::Kernel kernel) {
  make_directory("proc", 0555);
  mount("proc", "proc", "proc", kQuiet);
  make_directory("sys", 0555);
  mount("sysfs", "sys", "sysfs", kQuiet | MS_RDONLY);
  if (kernel == Ground::Kernel::own) return;
  set_attributes_at("proc", MOUNT_ATTR_RDONLY, Recurse::no);
}

/// The host's root owns what only it may read: keys, hashes of passwords.
void hide_secrets() {
  for (const char* name : {"etc/shadow", "etc/shadow-", "etc/gshadow", "etc/gshadow-", "etc/ssh",
                           "etc/ssl/private", "etc/sudoers", "etc/sudoers.d"}) {
    const std::optional<EntryKind> kind = kind_of(name);
    if (kind == EntryKind::file) toolkit::bind("/dev/null", name);
    if (kind == EntryKind::directory) mount("hidden", name, "tmpfs", kQuiet | MS_RDONLY, "size=4k");
  }
}

void make_devices() {
  make_directory("dev");
  mount("dev", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=1m,nr_inodes=1k");
  for (const char* name : {"null", "zero", "full", "random", "urandom", "tty"}) {
    const std::string path = std::string("dev/") + name;
    open_file(path, O_WRONLY | O_CREAT, 0666).reset();
    toolkit::bind("/" + path, path);
  }
  make_directory("dev/pts");
  mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
        "newinstance,ptmxmode=0666,mode=0620");
  make_link("pts/ptmx", "dev/ptmx");
  make_directory("dev/shm", 01777);
  mount("shm", "dev/shm", "tmpfs", kQuiet, "mode=1777,size=16m");
  make_directory("dev/mqueue", 01777);
  mount("mqueue", "dev/mqueue", "mqueue", kQuiet);
  make_link("/proc/self/fd", "dev/fd");
  make_link("/proc/self/fd/0", "dev/stdin");
  make_link("/proc/self/fd/1", "dev/stdout");
  make_link("/proc/self/fd/2", "dev/stderr");
}

/// A learner's program may fill it; the machine stays.
void make_scratch(const std::string& name, mode_t mode) {
  make_directory(name, mode);
  char options[64];  // NOLINT: snprintf fills it
  static_cast<void>(std::snprintf(options, sizeof options, "mode=%o,size=64m,nr_inodes=8k", mode));
  mount(name, name, "tmpfs", MS_NOSUID, options);
}

void copy_program(const std::string& path, FdRef from) {
  const Fd to = open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0755);
  check(::fchmod(to.get(), 0755), "chmod", path);
  off_t at = 0;
  constexpr std::size_t kPiece = std::size_t{1} << 30;
  while (check(::sendfile(to.get(), from.get(), &at, kPiece), "sendfile", path) > 0) {
  }
}

void add_name(const Ground& ground) {
  if (ground.second_name.empty()) return;
  const std::string work = &kWork[1] + std::string("/");
  const std::string path = work + ground.second_name;
  make_directory(path.substr(0, path.rfind('/')));
  const std::string first = work + ground.programs.front().first;
  check(::link(first.c_str(), path.c_str()), "link", path);
}

void make_decoys(const std::vector<std::string>& names) {
  make_directory("mnt");
  for (const std::string& name : names) {
    const std::string path = "mnt/" + name;
    make_directory("mnt/" + name);
    mount(name, path, "tmpfs", kQuiet, "size=64k,nr_inodes=16");
    make_directory(path + "/below");
    mount(name + "-below", path + "/below", "tmpfs", kQuiet, "size=64k,nr_inodes=16");
  }
}

}  // namespace

void lay_ground(const Ground& ground) {
  set_propagation("/", Propagation::private_);
  mount("machine", "/tmp", "tmpfs", MS_NOSUID, "mode=0755,size=1m,nr_inodes=1k");
  check(::chdir("/tmp"), "chdir", "/tmp");
  show_host_programs();
  hide_programs(ground.hidden);
  mount_proc_and_sys(ground.kernel);
  mount_cgroups("sys/fs/cgroup");
  // The host's root could leave the group that fences it, and make others that stay.
  if (ground.kernel == Ground::Kernel::masked) {
    hide_secrets();
    set_attributes_at("sys/fs/cgroup", MOUNT_ATTR_RDONLY, Recurse::yes);
  }
  make_devices();
  make_scratch(&kWork[1], 0755);
  make_scratch("tmp", 01777);
  make_scratch("run", 0755);
  make_directory("var");
  make_directory("root", 0700);
  make_link("/tmp", "var/tmp");
  make_link("/run", "var/run");
  for (const auto& [name, from] : ground.programs) copy_program(&kWork[1] + ("/" + name), from);
  add_name(ground);
  make_decoys(ground.decoys);
  pivot_root_here();
  unmount(".", Detach::yes);
  check(::chdir("/"), "chdir", "/");
  set_attributes_at("/", MOUNT_ATTR_RDONLY, Recurse::no);
  set_propagation("/", Propagation::shared);
}

}  // namespace toolkit::checks
