#include "toolkit/check/check.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "toolkit/check/files.hpp"
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
  subject.fail_here({.expected = mount.target + " has " + lacking({}, options),
                     .seen = "it lacks " + lacks,
                     .evidence = "/proc/PID/mountinfo: " + to_text(mount),
                     .hint = hint},
                    mount.target + '\'');
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

/// The mount of the rootfs; FAIL when it is none.
MountInfo rootfs_mount(const Trial& trial, Subject& subject) {
  const Mounts mounts = mounts_of(subject.stands());
  if (const MountInfo* root = mount_of(mounts, trial.rootfs.path)) return *root;
  subject.fail_here({.expected = "a mount whose root is " + trial.rootfs.path,
                     .seen = "it is a directory like others",
                     .evidence = "/proc/PID/mountinfo: no line for it; it lies on the mount at /w",
                     .hint = "no-mount-point"});
}

CHECK_STEP("03.3a", "the rootfs is a mount point", 2, {"03.2"}) {
  Trial trial;
  Subject subject = trial.start();
  rootfs_mount(trial, subject);
}

CHECK_STEP("03.3b", "and it has nosuid and nodev", 1, {"03.3a"}) {
  Trial trial;
  Subject subject = trial.start();
  expect_options(subject, rootfs_mount(trial, subject), {"nosuid", "nodev"}, "flags-ignored");
}

/// The mount of one of the kernel's filesystems in the rootfs; FAIL when there is none.
MountInfo kernel_files(const Trial& trial, Subject& subject, const std::string& name,
                       const std::string& type, const std::string& hint) {
  const MountInfo root = rootfs_mount(trial, subject);
  const Mounts mounts = mounts_of(subject.stands());
  const MountInfo* mount = mount_below(mounts, root, name);
  if (mount != nullptr && mount->type == type) return *mount;
  // Once the old root is gone, no new proc or sysfs is to be had: the order is wrong, not the call.
  const bool too_late = mount == nullptr && root.target == "/" && !subject.arrived();
  subject.fail_here(
      {.expected = "a " + type + " of its own on the rootfs's " + name,
       .seen = mount == nullptr ? "nothing is mounted there" : "a " + mount->type,
       .evidence = "/proc/PID/mountinfo: " + (mount ? to_text(*mount) : "no line for " + name),
       .hint = too_late ? "too-late" : hint},
      name + '\'');
}

/// FAIL when a mount that is to be a new one has something to do with this other one.
void expect_none(const MountInfo* other, const MountInfo& mount, const std::string& seen) {
  if (other == nullptr) return;
  fail({.expected = "a new " + mount.type + ", with nothing mounted in it",
        .seen = seen + other->target,
        .evidence = "/proc/PID/mountinfo: " + to_text(*other),
        .hint = "machines-mount"});
}

CHECK_STEP("03.4a", "/proc, with nosuid, nodev and noexec", 1, {"03.3"}) {
  Trial trial;
  Subject subject = trial.start();
  const MountInfo proc = kernel_files(trial, subject, "/proc", "proc", "no-proc");
  const Mounts machines = mounts_of(trial.machine.keeper());
  expect_none(twin_of(proc, machines), proc, "it is, once more, the machine's ");
  expect_options(subject, proc, {"nosuid", "nodev", "noexec"}, "mount-flags");
}

CHECK_STEP("03.4b", "/sys, with the same, and read-only", 1, {"03.3"}) {
  Trial trial;
  Subject subject = trial.start();
  const MountInfo sys = kernel_files(trial, subject, "/sys", "sysfs", "no-sys");
  // New or bound makes no difference here: there is one sysfs for each network namespace.
  const Mounts mounts = mounts_of(subject.stands());
  expect_none(mount_in(mounts, sys), sys, "something is mounted on ");
  expect_options(subject, sys, {"ro", "nosuid", "nodev", "noexec"}, "mount-flags");
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
  std::set<std::string> devices = names_in(subject.stands(), dev.target);
  const auto fail_with = [&](const std::string& seen, const std::string& hint) {
    subject.fail_here({.expected = "null, zero, full, random, urandom and tty",
                       .seen = seen,
                       .evidence = dev.target + ", looked at through /proc/PID/root",
                       .hint = hint});
  };
  for (const std::string device :  // see null(4), full(4), random(4), tty(4)
       {"null 1:3", "zero 1:5", "full 1:7", "random 1:8", "urandom 1:9", "tty 5:0"}) {
    if (devices.erase(device) == 0) fail_with("there is no device " + device, "no-device");
  }
  if (!devices.empty()) fail_with(*devices.begin() + " is there, too", "too-many-devices");
  const std::string error =
      open_error(subject.stands(), dev.target + "/null", O_WRONLY | O_CREAT | O_TRUNC);
  if (!error.empty()) fail_with("opening null with O_CREAT gives " + error, "dev-for-all");
}

CHECK_STEP("03.6", "the rootfs is the root of its namespace", 3, {"03.5"}) {
  Trial trial;
  Subject subject = trial.start();
  const FileId root = root_of(subject.stands());
  if (root != trial.rootfs.id) {
    const FileId machines = root_of(trial.machine.keeper());
    if (root == machines) subject.insist();
    subject.fail_here(
        {.expected = "/proc/PID/root is " + trial.rootfs.path + ", " + to_text(trial.rootfs.id),
         .seen = "it is another directory, " + to_text(root),
         .evidence = "the same link of process 1: " + to_text(machines),
         .hint = "other-root"});
  }
  // Whoever enters the namespace stands at its root; after a chroot that is not the process's.
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
    fail({.expected = "the command stands in its root, " + to_text(trial.rootfs.id),
          .seen = "/proc/PAYLOAD/cwd is another directory, " + to_text(cwd),
          .evidence = "getcwd(2) in the command: " + subject.ask("cwd"),
          .hint = "cwd-outside"});
  }
  for (const Descriptor& descriptor : descriptors(subject.payload())) {
    struct stat status {};
    const std::string path =
        "/proc/" + std::to_string(subject.payload()) + "/fd/" + std::to_string(descriptor.number);
    if (::stat(path.c_str(), &status) == -1 || !S_ISDIR(status.st_mode)) continue;
    fail({.expected = "the command has no directory open",
          .seen = "descriptor " + std::to_string(descriptor.number) + " is " + descriptor.target,
          .evidence = "/proc/PAYLOAD/fd",
          .hint = "fd-outside"});
  }
  if (const std::string answer = subject.ask("escape " + secret); answer != "no") {
    fail({.expected = "a root process in there cannot read " + secret,
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
