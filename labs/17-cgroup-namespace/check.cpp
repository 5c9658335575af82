#include "toolkit/check/check.hpp"

#include <algorithm>

#include "toolkit/check/expect.hpp"
#include "toolkit/check/furnish.hpp"
#include "toolkit/check/groups.hpp"
#include "toolkit/check/mounts.hpp"
#include "toolkit/check/ways.hpp"
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

/// A group to be joined, two below a root of the machine's; and where its hierarchy is mounted.
struct Target {
  OwnGroup own;
  std::string name;   ///< "/k3f9a2x1/inner"; empty where the user can make none: it is where it was
  std::string mount;  ///< "/w/m…"
};

std::string hierarchy_of(const OwnGroup& own) {
  return own.controllers.empty() ? "cgroup2" : own.controllers;
}

/// Two will do: one of v2 and one of v1, where there are both.
std::vector<OwnGroup> some_of(std::vector<OwnGroup> groups) {
  std::stable_partition(groups.begin(), groups.end(),
                        [](const OwnGroup& group) { return group.controllers.empty(); });
  if (groups.size() > 2) groups.resize(2);
  return groups;
}

/// A machine with cgroups of its own where that can be, and the program started there.
struct Trial {
  Machine machine = Machine({.groups = Groups::own});
  bool own = !machine.groups().empty();
  std::vector<Target> targets = {};

  Trial() {
    for (const OwnGroup& group :
         some_of(own ? machine.groups() : groups_shown(mounts_of(machine.keeper())))) {
      Target target{.own = group, .name = {}, .mount = machine.work(random_name())};
      if (own) target.name = '/' + random_name() + '/' + random_name();
      for (const std::string& path : {target.mount, group.place + target.name})
        make_directory(machine, path);
      targets.push_back(target);
    }
  }

  std::vector<std::string> joins() const {
    std::vector<std::string> options;
    for (const Target& target : own ? targets : std::vector<Target>())
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
    if (own) return;
    skip("this user can make no cgroups",
         "sudo ./lab check 17, or systemd-run --user --scope -p Delegate=yes ./lab check 17");
  }
};

std::string cgroup_file(pid_t pid) { return read_file("/proc/" + std::to_string(pid) + "/cgroup"); }

/// Where the machine shows no cgroups there is nothing to let go, and nothing to join.
void need_mounts(const Trial& trial) {
  const Mounts machines = mounts_of(trial.machine.keeper());
  if (!trial.targets.empty() && mount_on(machines, kShown) != nullptr) return;
  skip("this machine shows no cgroups at /sys/fs/cgroup", "mount -t cgroup2 none /sys/fs/cgroup");
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

/// The command must not start without this group.
void expect_refused(Trial& trial, const std::string& group, const std::string& what) {
  const Ended ended = trial.machine.finish(trial.with_command({"--join", group}));
  expect_written(ended.err);
  const bool made = what == "no such group" && trial.machine.exists(group);
  const bool later = ended.err.find("not written yet") != ended.err.npos;
  const bool on = ended.payload || later || made;
  if (!on && ended.status == kNeverStarted && !ended.err.empty()) return;
  fail({.expected = what + ": exit 125, a line on stderr, and no command",
        .seen = made ? "the group was made"
                : on ? "your program goes on"
                     : "exit " + std::to_string(ended.status),
        .evidence = ended.err,
        .hint = on ? "error-ignored" : "wrong-status"});
}

CHECK_STEP("17.1c", "without its group the command does not start", 1, {"17.1a"}) {
  Trial trial;
  need_mounts(trial);
  const std::string missing = trial.targets.front().own.place + '/' + random_name();
  expect_refused(trial, missing, "no such group");
  const OwnGroup& first = trial.targets.front().own;
  if (!trial.own || !first.controllers.empty()) return;  // v1 has no such group
  expect_refused(trial, make_invalid_group(trial.machine, first.place),
                 "a group that takes nobody");
}

CHECK_STEP("17.2a", "a cgroup namespace of its own", 1, {"17.1"}) {
  Trial trial;
  for (const std::vector<std::string>& options : {trial.joins(), {}}) {  // whether it joins or not
    Subject subject = trial.start(options);
    try {
      expect_own_namespace(subject, trial.machine, Ns::cgroup);
    } catch (Failed& failed) {
      failed.failure.signatures = Consult::always;
      throw;
    }
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
    const std::string path(line.substr(line.find(":/") + 1));
    const std::string controllers(toolkit::split(line, ':').at(1));
    subject.fail_here({.expected = "every line ends with \":/\"",
                       .seen = std::string(line),
                       .evidence = "/proc/PID/cgroup, read in the command's cgroup namespace;\n"
                                   "on the host that hierarchy says:\n" +
                                   group_in(real, controllers).value_or("nothing"),
                       .hint = path.starts_with("/..") ? "joined-late" : "root-elsewhere"});
  }
  for (const Target& target : trial.own ? trial.targets : std::vector<Target>()) {
    if (group_in(real, target.own.controllers) == path_of(target)) continue;
    subject.fail_here({.expected = "on the host it is in " + path_of(target) + " as before",
                       .seen = "it is elsewhere",
                       .evidence = "/proc/PID/cgroup, read on the host",
                       .hint = "root-elsewhere"});
  }
}

CHECK_STEP("17.3a", "it has none of the machine's cgroup mounts", 2, {"17.2"}) {
  Trial trial;
  need_mounts(trial);
  Subject subject = trial.start(trial.joins());
  subject.insist();
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
  need_mounts(trial);
  Subject subject = trial.start(trial.joins_and_mounts());
  subject.insist();
  for (const Target& target : trial.targets) {
    const MountInfo mount = mount_at(subject, target);
    const auto fail_with = [&](const char* expected, const std::string& seen, const char* hint) {
      subject.fail_here(
          {.expected = target.mount + ' ' + expected,
           .seen = seen,
           .evidence = "mountinfo, read in the command's namespace: " + to_text(mount),
           .hint = hint});
    };
    if (mount.root != "/")
      fail_with("has the root /", "its root is " + mount.root, "above-the-root");
    // A directory of one hierarchy is one inode, wherever it is mounted.
    const FileId group = trial.machine.id_of(target.own.place + target.name);
    if (file_at(subject.stands(), target.mount) != group)
      fail_with("is the group that it is in", "it is another directory", "which-hierarchy");
    const std::string lacks = lacking(mount, {"nosuid", "nodev", "noexec"});
    if (!lacks.empty()) fail_with("has nosuid, nodev, noexec", "it lacks " + lacks, "mount-flags");
  }
}

CHECK_STEP("17.4b", "for the command alone", 1, {"17.4a"}) {
  Trial trial;
  need_mounts(trial);
  const KeptMounts mounts(trial.machine);
  Subject subject = trial.start(trial.joins_and_mounts());
  mounts.expect("while the command runs");
}

CHECK_STEP("17.4c", "it can't move itself above its root", 3, {"17.4a"}) {
  Trial trial;
  need_mounts(trial);
  Subject subject = trial.start(trial.joins_and_mounts());
  subject.insist();
  expect_no_way_out(subject);
  trial.need_groups();
  const std::string before = cgroup_file(subject.payload());
  for (const Target& target : trial.targets) {
    for (const std::string& group :
         {target.mount + "/..", target.mount + "/../..", target.own.place, std::string(kShown)})
      subject.ask("write " + group + "/cgroup.procs 0");
  }
  const std::string after = cgroup_file(subject.payload());
  if (after == before) return;
  fail({.expected = "no group above its root can be reached",
        .seen = "it has moved itself",
        .evidence = "/proc/PAYLOAD/cgroup:\n" + difference(before, after),
        .hint = "moved-out"});
}

}  // namespace
