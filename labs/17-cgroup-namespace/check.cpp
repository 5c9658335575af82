#include "toolkit/check/check.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "toolkit/check/expect.hpp"
#include "toolkit/check/groups.hpp"
#include "toolkit/check/mounts.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::MountInfo;
using toolkit::Ns;
using toolkit::read_file;

constexpr int kNeverStarted = 125;
constexpr const char* kShown = "/sys/fs/cgroup";

SIGNATURES({"unshare", EINVAL, "unshare-flags"}, {"openat", ENOENT, "wrong-file"},
           {"write", EINVAL, "wrong-number"}, {"write", ESRCH, "wrong-number"},
           {"write", EBUSY, "no-room"}, {"write", ENOENT, "joined-late"},
           {"umount2", EBUSY, "umount-busy"}, {"umount2", EINVAL, "not-mounted-there"},
           {"mount", EPERM, "mount-refused"}, {"mount", EBUSY, "mount-refused"},
           {"mount", EINVAL, "which-hierarchy"}, {"mount", ENOENT, "which-hierarchy"},
           {"mount", ENODEV, "which-hierarchy"});

/// A group to be joined, two below a root of the machine's, and where its hierarchy is to be mounted.
struct Target {
  OwnGroup own;
  std::string name;   ///< "/k3f9a2x1/inner"
  std::string mount;  ///< "/w/m…"
};

std::string hierarchy_of(const OwnGroup& own) {
  return own.controllers.empty() ? "cgroup2" : own.controllers;
}

/// A machine with cgroups of its own where that can be, and the program started there.
struct Trial {
  Machine machine = Machine({.groups = Groups::own});
  std::vector<Target> targets = {};

  Trial() {
    for (const OwnGroup& own : machine.groups()) {
      Target target{.own = own,
                    .name = '/' + random_name() + '/' + random_name(),
                    .mount = machine.work(random_name())};
      static_cast<void>(machine.inside(Ns::mount, [&target] {
        const std::string group = target.own.place + target.name;
        const std::string above = group.substr(0, group.rfind('/'));
        for (const std::string& path : {above, group, target.mount})
          toolkit::check(::mkdir(path.c_str(), 0755), "mkdir", path);
        return std::string();
      }));
      targets.push_back(target);
    }
  }

  std::vector<std::string> joins() const {
    std::vector<std::string> options;
    for (const Target& target : targets)
      options.insert(options.end(), {"--join", target.own.place + target.name});
    return options;
  }
  std::vector<std::string> joins_and_mounts() const {
    std::vector<std::string> options = joins();
    for (const Target& target : targets)
      options.insert(options.end(), {"--mount", hierarchy_of(target.own), target.mount});
    return options;
  }
  std::vector<std::string> with_command(std::vector<std::string> options) const {
    options.insert(options.end(), {"--", machine.probe(), machine.word()});
    return options;
  }
  /// As far as it comes: a later step may not be written yet.
  Subject start(const std::vector<std::string>& options) {
    return machine.start(with_command(options), {.unfinished = Unfinished::held});
  }
  void need_groups() const {
    if (!targets.empty()) return;
    skip("this user can make no cgroups",
         "sudo ./lab check 17, or systemd-run --user --scope -p Delegate=yes ./lab check 17");
  }
};

std::string cgroup_file(pid_t pid) { return read_file("/proc/" + std::to_string(pid) + "/cgroup"); }

/// Which file a path is for a process: in its mount namespace, from its root.
FileId file_at(pid_t pid, const std::string& path) {
  struct stat status {};
  const std::string through = "/proc/" + std::to_string(pid) + "/root" + path;
  toolkit::check(::stat(through.c_str(), &status), "stat", through);
  return {status.st_dev, status.st_ino};
}

std::string path_of(const Target& target) { return target.own.path + target.name; }

CHECK_STEP("17.1a", "the command is in each group", 2, {}) {
  Trial trial;
  trial.need_groups();
  Subject subject = trial.start(trial.joins());
  const std::string seen = cgroup_file(subject.stands());
  for (const Target& target : trial.targets) {
    const std::string path = group_in(seen, target.own.controllers).value_or("nowhere");
    if (path == path_of(target)) continue;
    subject.fail_here({.expected = hierarchy_of(target.own) + ": it is in " + path_of(target),
                       .seen = "it is in " + path,
                       .evidence = "/proc/PID/cgroup, read on the host",
                       .hint = &target == &trial.targets.front() ? "not-joined" : "one-joined",
                       .signatures = Consult::always});
  }
}

CHECK_STEP("17.1b", "your program is not", 1, {"17.1a"}) {
  Trial trial;
  trial.need_groups();
  Subject subject = trial.start(trial.joins());
  const std::string seen = cgroup_file(subject.pid());
  for (const Target& target : trial.targets) {
    const std::string path = group_in(seen, target.own.controllers).value_or("nowhere");
    if (path != path_of(target)) continue;
    subject.fail_here({.expected = "your program stays where it was started",
                       .seen = hierarchy_of(target.own) + ": it is in " + path + ", too",
                       .evidence = "/proc/YOURS/cgroup, read on the host",
                       .hint = "runner-joined"});
  }
}

CHECK_STEP("17.1c", "without its group the command does not start", 1, {"17.1a"}) {
  Trial trial;
  trial.need_groups();
  const std::string missing = trial.targets.front().own.place + '/' + random_name();
  const Ended ended = trial.machine.finish(trial.with_command({"--join", missing}));
  const bool later = ended.err.find("not written yet") != ended.err.npos;
  if (!ended.payload && !later && ended.status == kNeverStarted && !ended.err.empty()) return;
  fail({.expected = "no such group: exit 125, a line on stderr, and no command",
        .seen = ended.payload || later ? "your program goes on"
                                       : "exit " + std::to_string(ended.status),
        .evidence = ended.err,
        .hint = ended.payload || later ? "error-ignored" : "wrong-status"});
}

CHECK_STEP("17.2a", "a cgroup namespace of its own", 1, {"17.1"}) {
  Trial trial;
  Subject subject = trial.start(trial.joins());
  try {
    expect_own_namespace(subject, trial.machine, Ns::cgroup);
  } catch (Failed& failed) {
    failed.failure.signatures = Consult::always;
    throw;
  }
}

CHECK_STEP("17.2b", "your program stays in the machine's", 1, {"17.2a"}) {
  Trial trial;
  Subject subject = trial.start(trial.joins());
  expect_runner_stays(subject, trial.machine, Ns::cgroup);
}

CHECK_STEP("17.2c", "its root is where the command is, in every hierarchy", 3, {"17.2a"}) {
  Trial trial;
  Subject subject = trial.start(trial.joins());
  const std::string real = cgroup_file(subject.stands());
  const std::string seen = groups_as_seen_by(subject.stands());
  for (const std::string_view line : toolkit::lines(seen)) {
    if (line.ends_with(":/")) continue;
    const bool above = line.find(":/..") != line.npos;
    subject.fail_here({.expected = "every line ends with \":/\"",
                       .seen = std::string(line),
                       .evidence = "/proc/PID/cgroup, read in the command's cgroup namespace:\n" +
                                   seen + "and on the host:\n" + real,
                       .hint = above ? "joined-late" : "root-elsewhere"});
  }
  for (const Target& target : trial.targets) {
    if (group_in(real, target.own.controllers) == path_of(target)) continue;
    subject.fail_here({.expected = "on the host it is in " + path_of(target) + " as before",
                       .seen = "it is elsewhere",
                       .evidence = "/proc/PID/cgroup, read on the host:\n" + real,
                       .hint = "root-elsewhere"});
  }
}

/// Where the machine shows no cgroups there is nothing to let go.
void need_mounts(const Trial& trial) {
  const Mounts machines = mounts_of(trial.machine.keeper());
  if (std::any_of(machines.begin(), machines.end(),
                  [](const MountInfo& mount) { return mount.target == kShown; }))
    return;
  skip("this machine shows no cgroups at /sys/fs/cgroup", "mount -t cgroup2 none /sys/fs/cgroup");
}

CHECK_STEP("17.3a", "it has none of the machine's cgroup mounts", 2, {"17.2"}) {
  Trial trial;
  need_mounts(trial);
  Subject subject = trial.start(trial.joins());
  for (const MountInfo& mount : all_mounts(subject.stands())) {
    if (!mount.type.starts_with("cgroup")) continue;
    subject.fail_here({.expected = "where nothing was asked to be mounted, there are no cgroups",
                       .seen = mount.target + " shows those of the machine",
                       .evidence = "/proc/PID/mountinfo: " + to_text(mount),
                       .hint = "machines-mounts"});
  }
}

CHECK_STEP("17.3b", "and the machine has them still", 2, {"17.3a"}) {
  Trial trial;
  need_mounts(trial);
  const KeptMounts mounts(trial.machine);
  Subject subject = trial.start(trial.joins());
  mounts.expect("while the command runs");
}

/// The mount at a target's place, as the command sees it; FAIL when there is none.
MountInfo mount_at(Subject& subject, const Target& target) {
  const Mounts mounts = group_mounts_as_seen_by(subject.stands());
  for (const MountInfo& mount : mounts) {
    if (mount.target == target.mount) return mount;
  }
  subject.fail_here({.expected = hierarchy_of(target.own) + " is mounted at " + target.mount,
                     .seen = "no cgroups are mounted there",
                     .evidence = "/proc/PID/mountinfo:\n" + to_text(mounts),
                     .hint = "not-mounted",
                     .signatures = Consult::always});
}

CHECK_STEP("17.4a", "each hierarchy is mounted, from its root on", 3, {"17.3"}) {
  Trial trial;
  trial.need_groups();
  Subject subject = trial.start(trial.joins_and_mounts());
  subject.insist();
  for (const Target& target : trial.targets) {
    const MountInfo mount = mount_at(subject, target);
    const auto fail_with = [&](const std::string& expected, const std::string& seen,
                               const std::string& hint) {
      subject.fail_here(
          {.expected = target.mount + ' ' + expected,
           .seen = seen,
           .evidence =
               "/proc/PID/mountinfo, read in the command's cgroup namespace: " + to_text(mount),
           .hint = hint});
    };
    if (mount.root != "/")
      fail_with("has the root /", "its root is " + mount.root, "above-the-root");
    // A directory of one hierarchy is one inode, wherever it is mounted.
    const FileId group = trial.machine.id_of(target.own.place + target.name);
    if (file_at(subject.stands(), target.mount) != group)
      fail_with("is the group " + target.name, "it is another directory", "which-hierarchy");
    const std::string lacks = lacking(mount, {"nosuid", "nodev", "noexec"});
    if (!lacks.empty()) fail_with("has nosuid, nodev, noexec", "it lacks " + lacks, "mount-flags");
  }
}

CHECK_STEP("17.4b", "for the command alone", 1, {"17.4a"}) {
  Trial trial;
  trial.need_groups();
  const KeptMounts mounts(trial.machine);
  Subject subject = trial.start(trial.joins_and_mounts());
  mounts.expect("while the command runs");
}

CHECK_STEP("17.4c", "it can't move itself above its root", 3, {"17.4a"}) {
  Trial trial;
  trial.need_groups();
  Subject subject = trial.start(trial.joins_and_mounts());
  subject.insist();
  const std::string before = cgroup_file(subject.payload());
  for (const Target& target : trial.targets) {
    const dev_t device = trial.machine.id_of(target.own.place).device;
    const auto fail_with = [&](const std::string& seen, const std::string& hint) {
      fail({.expected = "nothing of " + hierarchy_of(target.own) + " above its root can be reached",
            .seen = seen,
            .evidence = "/proc/PAYLOAD/fd, /proc/PAYLOAD/cwd and /proc/PAYLOAD/cgroup",
            .hint = hint});
    };
    for (const Descriptor& descriptor : descriptors(subject.payload())) {
      if (descriptor.id.device == device)
        fail_with("descriptor " + std::to_string(descriptor.number) + " is " + descriptor.target,
                  "fd-outside");
    }
    if (cwd_of(subject.payload()).device == device)
      fail_with("its working directory is a group: " + subject.ask("cwd"), "cwd-outside");
    for (const std::string& group :
         {target.mount + "/..", target.mount + "/../..", target.own.place, std::string(kShown)})
      subject.ask("write " + group + "/cgroup.procs 0");
    if (cgroup_file(subject.payload()) != before)
      fail_with("it has moved itself:\n" + cgroup_file(subject.payload()), "moved-out");
  }
}

}  // namespace
