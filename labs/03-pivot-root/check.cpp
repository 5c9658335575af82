#include "toolkit/check/check.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "toolkit/check/mounts.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::MountInfo;
using toolkit::namespace_id;
using toolkit::Ns;

SIGNATURES({"pivot_root", EBUSY, "pivot-busy"}, {"pivot_root", EINVAL, "pivot-invalid"},
           {"pivot_root", ENOENT, "put-old-missing"}, {"umount2", EBUSY, "old-root-busy"},
           {"umount2", ENOENT, "old-root-path"}, {"umount2", EINVAL, "old-root-path"});

/// A machine with a root filesystem, and the program started there.
struct Trial {
  Machine machine = Machine();
  Rootfs rootfs = machine.make_rootfs();

  std::vector<std::string> arguments() const {
    return {"--rootfs", rootfs.path, "--", rootfs.probe, machine.word()};
  }
  /// As far as it comes: a later step may not be written yet.
  Subject start() { return machine.start(arguments(), {.unfinished = Unfinished::held}); }
  std::string mountinfo() const {
    return toolkit::read_file("/proc/" + std::to_string(machine.keeper()) + "/mountinfo");
  }
};

std::string mount_file(const std::string& of, ino_t inode) {
  return "/proc/" + of + "/ns/mnt -> mnt:[" + std::to_string(inode) + "]";
}

/// Fails when the mount lacks one of these options.
void expect_options(Subject& subject, const MountInfo& mount,
                    const std::vector<std::string_view>& options, const std::string& hint) {
  const std::string lacks = lacking(mount, options);
  if (lacks.empty()) return;
  std::string all;
  for (const std::string_view option : options) all.append(all.empty() ? "" : ", ").append(option);
  subject.fail_here({.expected = mount.target + " has " + all,
                     .seen = "it lacks " + lacks,
                     .evidence = "/proc/PID/mountinfo: " + to_text(mount),
                     .hint = hint});
}

CHECK_STEP("03.1a", "a mount namespace of its own", 1, {}) {
  Trial trial;
  Subject subject = trial.start();
  const ino_t own = namespace_id(subject.stands(), Ns::mount);
  const ino_t machines = trial.machine.namespace_id(Ns::mount);
  const ino_t users = namespace_id(subject.stands(), Ns::user);
  const bool same = own == machines;
  if (!same && users == trial.machine.namespace_id(Ns::user)) return;
  subject.fail_here({.expected = "a mount namespace of its own, and the machine's user namespace",
                     .seen = same ? "the machine's mount namespace" : "both are new ones",
                     .evidence = mount_file("CHILD", own) + "\n" + mount_file("1", machines),
                     .hint = same ? "same-namespace" : "user-too"});
}

CHECK_STEP("03.1b", "your program stays in the machine's", 1, {"03.1a"}) {
  Trial trial;
  Subject subject = trial.start();
  const ino_t own = namespace_id(subject.pid(), Ns::mount);
  const ino_t machines = trial.machine.namespace_id(Ns::mount);
  if (own == machines) return;
  subject.fail_here(
      {.expected = "your program is where it was started: in the machine's mount namespace",
       .seen = "it has left it, too",
       .evidence = mount_file("YOURS", own) + "\n" + mount_file("1", machines),
       .hint = "runner-moved"});
}

CHECK_STEP("03.2a", "its mounts have no peers on the machine", 2, {"03.1"}) {
  Trial trial;
  Subject subject = trial.start();
  const std::set<std::string> machines = peer_groups(mounts_of(trial.machine.keeper()));
  for (const MountInfo& mount : all_mounts(subject.stands())) {
    const std::set<std::string> groups = peer_groups({mount});
    if (groups.empty() || !machines.contains(*groups.begin())) continue;
    subject.fail_here(
        {.expected = "no mount in the new namespace is shared with one of the machine",
         .seen = mount.target + " is: the machine has a mount in the same peer group",
         .evidence = "/proc/PID/mountinfo: " + to_text(mount),
         .hint = mount.target == "/" ? "still-shared" : "submount-shared"});
  }
}

CHECK_STEP("03.2b", "the machine's mounts stay as they were", 2, {"03.2a"}) {
  Trial trial;
  const std::string before = trial.mountinfo();
  Subject subject = trial.start();
  const std::string now = trial.mountinfo();
  if (now == before) return;
  const bool more = toolkit::lines(now).size() > toolkit::lines(before).size();
  subject.fail_here({.expected = "/proc/1/mountinfo reads as before your program started",
                     .seen = more ? "a mount has come into it" : "it has changed",
                     .evidence = difference(before, now),
                     .hint = more ? "mounted-outside" : "host-changed"});
}

CHECK_STEP("03.3a", "the rootfs is a mount point", 2, {"03.2"}) {
  Trial trial;
  Subject subject = trial.start();
  if (mount_of(mounts_of(subject.stands()), trial.rootfs.path) != nullptr) return;
  subject.fail_here({.expected = "a mount whose root is " + trial.rootfs.path,
                     .seen = "it is a directory like others",
                     .evidence = "/proc/PID/mountinfo: no line for it; it lies on the mount at /w",
                     .hint = "no-mount-point"});
}

CHECK_STEP("03.3b", "and it has nosuid and nodev", 1, {"03.3a"}) {
  Trial trial;
  Subject subject = trial.start();
  const Mounts mounts = mounts_of(subject.stands());
  const MountInfo* root = mount_of(mounts, trial.rootfs.path);
  if (root != nullptr) expect_options(subject, *root, {"nosuid", "nodev"}, "flags-ignored");
}

/// The mount of one of the kernel's filesystems in the rootfs; FAIL when there is none.
MountInfo kernel_files(const Trial& trial, Subject& subject, const std::string& name,
                       const std::string& type, const std::string& hint) {
  const Mounts mounts = mounts_of(subject.stands());
  const MountInfo* root = mount_of(mounts, trial.rootfs.path);
  const MountInfo* mount = root == nullptr ? nullptr : mount_below(mounts, *root, name);
  if (mount != nullptr && mount->type == type) return *mount;
  // Once the old root is gone, no new proc or sysfs is to be had: the order is wrong, not the call.
  const bool too_late = mount == nullptr && root != nullptr && root->target == "/";
  subject.fail_here(
      {.expected = "a " + type + " of its own on the rootfs's " + name,
       .seen = mount == nullptr ? "nothing is mounted there" : "a " + mount->type,
       .evidence = "/proc/PID/mountinfo: " + (mount ? to_text(*mount) : "no line for " + name),
       .hint = too_late && !subject.arrived() ? "too-late" : hint});
}

CHECK_STEP("03.4a", "/proc, with nosuid, nodev and noexec", 1, {"03.3"}) {
  Trial trial;
  Subject subject = trial.start();
  expect_options(subject, kernel_files(trial, subject, "/proc", "proc", "no-proc"),
                 {"nosuid", "nodev", "noexec"}, "mount-flags");
}

CHECK_STEP("03.4b", "/sys, with the same, and read-only", 1, {"03.3"}) {
  Trial trial;
  Subject subject = trial.start();
  const MountInfo sys = kernel_files(trial, subject, "/sys", "sysfs", "no-sys");
  expect_options(subject, sys, {"ro", "nosuid", "nodev", "noexec"}, "mount-flags");
}

struct Device {
  const char* name;
  unsigned major;
  unsigned minor;
};
constexpr std::array kDevices{Device{"null", 1, 3},   Device{"zero", 1, 5},    Device{"full", 1, 7},
                              Device{"random", 1, 8}, Device{"urandom", 1, 9}, Device{"tty", 5, 0}};

bool is_device(const std::string& path, const Device& device) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode) &&
         status.st_rdev == ::makedev(device.major, device.minor);
}

CHECK_STEP("03.5a", "/dev, a tmpfs with nosuid and noexec", 1, {"03.4"}) {
  Trial trial;
  Subject subject = trial.start();
  expect_options(subject, kernel_files(trial, subject, "/dev", "tmpfs", "no-dev"),
                 {"nosuid", "noexec"}, "mount-flags");
}

CHECK_STEP("03.5b", "six devices in it, and nothing else", 1, {"03.5a"}) {
  Trial trial;
  Subject subject = trial.start();
  const MountInfo dev = kernel_files(trial, subject, "/dev", "tmpfs", "no-dev");
  const std::string path = "/proc/" + std::to_string(subject.stands()) + "/root" + dev.target + "/";
  const auto fail_with = [&](const std::string& seen, const std::string& hint) {
    subject.fail_here({.expected = "null, zero, full, random, urandom and tty",
                       .seen = seen,
                       .evidence = dev.target + ", looked at through /proc/PID/root",
                       .hint = hint});
  };
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.insert(entry.path().filename());
  }
  for (const Device& device : kDevices) {
    if (!is_device(path + device.name, device)) {
      fail_with(std::string(device.name) + " is not there, or is no device", "no-device");
    }
    names.erase(device.name);
  }
  if (!names.empty()) fail_with(*names.begin() + " is there, too", "too-many-devices");
}

CHECK_STEP("03.6", "the rootfs is the root of its namespace", 3, {"03.5"}) {
  Trial trial;
  Subject subject = trial.start();
  const FileId root = root_of(subject.stands());
  if (root != trial.rootfs.id) {
    subject.insist();
    subject.fail_here(
        {.expected = "/proc/PID/root is " + trial.rootfs.path + ", " + to_text(trial.rootfs.id),
         .seen = "it is another directory, " + to_text(root),
         .evidence = mount_lines(subject.stands(), " / "),
         .hint = "other-root"});
  }
  // Whoever enters the namespace stands at its root, and not at that of a process. After a chroot the two differ.
  const Mounts mounts = all_mounts(subject.stands());
  const MountInfo* mount = mount_of(mounts, trial.rootfs.path);
  if (mount == nullptr || mount->target == "/") return;
  subject.fail_here(
      {.expected = trial.rootfs.path + " is at the top of the mount namespace",
       .seen = "it is the root of the process alone; above it, the machine's tree is where it was",
       .evidence = "mountinfo, after setns(2) into /proc/PID/ns/mnt: " + to_text(*mount),
       .hint = "chroot-only"});
}

CHECK_STEP("03.7a", "the old root is gone", 3, {"03.6"}) {
  Trial trial;
  Subject subject = trial.start();
  subject.insist();
  Mounts others;
  for (const MountInfo& mount : all_mounts(subject.payload())) {
    const std::string_view target = mount.target;
    const bool own = (target == "/" && mount_of({mount}, trial.rootfs.path) != nullptr) ||
                     target == "/proc" || target == "/sys" || target.starts_with("/dev");
    if (!own) others.push_back(mount);
  }
  if (others.empty()) return;
  fail({.expected = "nothing but the rootfs is mounted, and /proc, /sys and /dev in it",
        .seen = "mounts of the machine are still there",
        .evidence = "mountinfo, after setns(2) into /proc/PAYLOAD/ns/mnt:\n" + to_text(others),
        .hint = "old-root-mounted"});
}

CHECK_STEP("03.7b", "nothing leads out of it", 3, {"03.7a"}) {
  Trial trial;
  const std::string secret =
      trial.machine.make_file(trial.machine.work(random_name()), random_name(16));
  Subject subject = trial.start();
  subject.insist();
  if (const FileId cwd = cwd_of(subject.payload()); cwd != trial.rootfs.id) {
    subject.fail_here({.expected = "the command stands in its root, " + to_text(trial.rootfs.id),
                       .seen = "/proc/PAYLOAD/cwd is another directory, " + to_text(cwd),
                       .evidence = "getcwd(2) in the command: " + subject.ask("cwd"),
                       .hint = "cwd-outside"});
  }
  for (const Descriptor& descriptor : descriptors(subject.payload())) {
    struct stat status {};
    const std::string path =
        "/proc/" + std::to_string(subject.payload()) + "/fd/" + std::to_string(descriptor.number);
    if (::stat(path.c_str(), &status) == -1 || !S_ISDIR(status.st_mode)) continue;
    subject.fail_here(
        {.expected = "the command has no directory open",
         .seen = "descriptor " + std::to_string(descriptor.number) + " is " + descriptor.target,
         .evidence = "/proc/PAYLOAD/fd",
         .hint = "fd-outside"});
  }
  if (const std::string answer = subject.ask("escape " + secret); answer != "no") {
    subject.fail_here(
        {.expected = "a root process in there cannot read " + secret,
         .seen = "it could: " + answer,
         .evidence = "tried: .. from everywhere, a second chroot, descriptors, /proc/1/root",
         .hint = "a-way-out"});
  }
}

CHECK_STEP("03.7c", "the rootfs and the machine are clean", 1, {"03.7a"}) {
  Trial trial;
  const std::vector<std::string> before = trial.machine.list(trial.rootfs.path);
  const std::string mounts = trial.mountinfo();
  trial.machine.finish(trial.arguments());
  if (const std::string now = trial.mountinfo(); now != mounts) {
    fail({.expected = "/proc/1/mountinfo reads as before your program started",
          .seen = "it has changed",
          .evidence = difference(mounts, now),
          .hint = "mounted-outside"});
  }
  for (const std::string& name : trial.machine.list(trial.rootfs.path)) {
    if (std::find(before.begin(), before.end(), name) != before.end()) continue;
    fail({.expected = "the rootfs holds what it held before",
          .seen = "it has one name more: " + name,
          .evidence = "the names in " + trial.rootfs.path + ", after your program ended",
          .hint = "old-root-directory"});
  }
}

}  // namespace
