#include "toolkit/check/check.hpp"

#include "toolkit/check/expect.hpp"
#include "toolkit/check/files.hpp"
#include "toolkit/check/ipc.hpp"
#include "toolkit/check/mounts.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::MountInfo;
using toolkit::namespace_id;
using toolkit::Ns;

SIGNATURES({"unshare", EINVAL, "unshare-flags"}, {"mount", EINVAL, "mount-refused"});

/// A machine on which somebody else's objects are, and the program started there.
struct Trial {
  Machine machine = Machine();
  IpcObjects theirs = random_ipc_objects();
  std::string file = "/dev/shm/" + random_name();
  std::string mounts_before;

  Trial() {
    static_cast<void>(on_machine([this] { return make(theirs); }));
    machine.make_file(file, random_name());
    machine.settle();
    mounts_before = mountinfo();
  }

  std::string on_machine(const std::function<std::string()>& body) const {
    return machine.inside(Ns::ipc, body);
  }
  Subject start(std::vector<std::string> options = {}, Unfinished unfinished = Unfinished::held) {
    options.insert(options.end(), {"--", machine.probe(), machine.word()});
    return machine.start(options, {.unfinished = unfinished});
  }
  std::string mountinfo() const {
    return toolkit::read_file("/proc/" + std::to_string(machine.keeper()) + "/mountinfo");
  }
  /// FAIL when one of theirs is gone.
  void expect_theirs(Subject& subject) const {
    const std::string left = on_machine([this] { return present(theirs); });
    if (left == kAllFour) return;
    subject.fail_here(
        {.expected = std::string("the machine's objects are still there: ") + kAllFour,
         .seen = left.empty() ? "all are gone" : "what is left: " + left,
         .evidence = "shmget, semget, msgget, mq_open in the machine's IPC namespace",
         .hint = "others-deleted"});
  }
};

std::string ipc_file(const std::string& of, ino_t inode) {
  return "/proc/" + of + "/ns/ipc -> ipc:[" + std::to_string(inode) + "]";
}

CHECK_STEP("07.1a", "an IPC namespace of its own", 2, {}) {
  Trial trial;
  Subject subject = trial.start();
  const ino_t own = namespace_id(subject.stands(), Ns::ipc);
  const ino_t machines = trial.machine.namespace_id(Ns::ipc);
  const bool user_too =
      namespace_id(subject.stands(), Ns::user) != trial.machine.namespace_id(Ns::user);
  if (own != machines && !user_too) return;
  if (own == machines) trial.expect_theirs(subject);
  subject.fail_here({.expected = user_too ? "the machine's user namespace, as it was"
                                          : "an IPC namespace that is not the machine's",
                     .seen = user_too ? "a new user namespace" : "the machine's IPC namespace",
                     .evidence = ipc_file("CHILD", own) + "\n" + ipc_file("1", machines),
                     .hint = user_too ? "user-too" : "same-namespace",
                     .signatures = Consult::always});
}

CHECK_STEP("07.1b", "your program stays in the machine's", 1, {"07.1a"}) {
  Trial trial;
  Subject subject = trial.start();
  expect_runner_stays(subject, trial.machine, Ns::ipc);
}

CHECK_STEP("07.1c", "keys and names mean other objects in there", 2, {"07.1a"}) {
  Trial trial;
  Subject subject = trial.start();
  trial.expect_theirs(subject);
  const IpcObjects own = random_ipc_objects();
  const std::string theirs = present_at(subject.stands(), trial.theirs);
  if (theirs.empty()) make_at(subject.stands(), trial.theirs);  // the same keys and name
  make_at(subject.stands(), own);
  const std::string outside = trial.on_machine([&] { return present(own); });
  if (theirs.empty() && outside.empty()) return;
  subject.fail_here(
      {.expected = "nothing of the machine's is in there, and nothing of it on the machine",
       .seen = outside.empty() ? "in there are: " + theirs : "it is: " + outside,
       .evidence = "shmget, semget, msgget, mq_open in both IPC namespaces",
       .hint = "same-namespace"});
}

CHECK_STEP("07.1d", "and end with the command", 1, {"07.1c"}) {
  Trial trial;
  const IpcObjects own = random_ipc_objects();
  Subject first = trial.start();
  make_at(first.stands(), own);
  const Subject second = trial.start();
  const std::string seen = present_at(second.stands(), own);
  if (seen.empty() &&
      namespace_id(first.stands(), Ns::ipc) != namespace_id(second.stands(), Ns::ipc)) {
    return;
  }
  first.fail_here({.expected = "each run makes a namespace for its command alone",
                   .seen = "the objects of one command are there for the next: " + seen,
                   .evidence = ipc_file("SECOND", namespace_id(second.stands(), Ns::ipc)),
                   .hint = "shared-between"});
}

CHECK_STEP("07.2a", "a mount namespace of its own", 1, {"07.1"}) {
  Trial trial;
  Subject subject = trial.start();
  if (namespace_id(subject.stands(), Ns::mount) == trial.machine.namespace_id(Ns::mount)) {
    subject.fail_here({.expected = "the command has left the machine's mounts",
                       .seen = "it is in the machine's mount namespace",
                       .evidence = "/proc/PID/ns/mnt",
                       .hint = "same-mounts"});
  }
  expect_runner_stays(subject, trial.machine, Ns::mount);
}

CHECK_STEP("07.2b", "its mounts are cut off from the machine's", 1, {"07.2a"}) {
  Trial trial;
  Subject subject = trial.start();
  expect_no_peers(subject, trial.machine);
  const std::set<std::string> machines = peer_groups(mounts_of(trial.machine.keeper()));
  for (const MountInfo& mount : all_mounts(subject.stands())) {
    if (!machines.contains(master_of(mount))) continue;
    subject.fail_here({.expected = "what is mounted on the machine does not come in",
                       .seen = mount.target + " is a slave of the machine's: it does",
                       .evidence = "/proc/PID/mountinfo: " + to_text(mount),
                       .hint = "slave-for-private"});
  }
}

CHECK_STEP("07.2c", "before anything is mounted", 1, {"07.2b"}) {
  Trial trial;
  Subject subject = trial.start();
  const std::string change = difference(trial.mounts_before, trial.mountinfo());
  if (change.find("+ ") == change.npos || change.find("- ") == 0) return;
  subject.fail_here({.expected = "nothing is mounted on the machine that was not there before",
                     .seen = "something is: it was mounted before 07.2 was done",
                     .evidence = "/proc/1/mountinfo:\n" + change,
                     .hint = "mounted-outside"});
}

/// The mount on a path, which must be a new one of this type with the flags that it should have.
MountInfo new_mount(const Trial& trial, Subject& subject, const std::string& path,
                    const std::string& type, const std::string& old, const std::string& early) {
  if (subject.stands() == 0) subject.insist();  // a run that is traced is not held at its end
  const std::string lines = mount_lines(subject.stands(), ' ' + path + ' ');
  const Mounts mounts = mounts_of(subject.stands());
  const MountInfo* mount = mount_on(mounts, path);
  const bool is_type = mount != nullptr && mount->type == type;
  if (!is_type || twin_of(*mount, mounts_of(trial.machine.keeper())) != nullptr) {
    if (subject.let_go().empty() && subject.err().find("mount '" + path) != std::string::npos) {
      subject.insist();  // a mount that failed is told as that, not by what it left as it was
    }
    const bool mounted = is_type && toolkit::lines(lines).size() > 1;
    const std::string change = difference(trial.mounts_before, trial.mountinfo());
    subject.fail_here({.expected = path + " is a new " + type,
                       .seen = mount == nullptr ? "nothing is mounted there"
                               : !is_type       ? "it is a " + mount->type
                               : change.empty() ? "it is the machine's"
                                                : "it is the machine's, changed for all there",
                       .evidence = lines + change,
                       .hint = change.empty() ? (mounted ? early : old) : "host-changed"});
  }
  const std::string lacks = lacking(*mount, {"nosuid", "nodev", "noexec"});
  if (lacks.empty()) return *mount;
  subject.fail_here({.expected = path + " has nosuid, nodev, noexec",
                     .seen = "it lacks " + lacks,
                     .evidence = lines,
                     .hint = "mount-flags"});
}

CHECK_STEP("07.3", "/dev/mqueue shows the queues in there", 2, {"07.2"}) {
  Trial trial;
  Subject subject = trial.start();
  new_mount(trial, subject, "/dev/mqueue", "mqueue", "machines-queues", "queues-too-early");
  const IpcObjects own = random_ipc_objects();
  make_at(subject.stands(), own);
  const std::set<std::string> names = names_in(subject.stands(), "/dev/mqueue");
  if (names == std::set{own.queue.substr(1)}) return;
  subject.fail_here({.expected = "the one queue that was made in there: " + own.queue.substr(1),
                     .seen = std::to_string(names.size()) + " queues, and not this one alone",
                     .evidence = "the names in /dev/mqueue, by /proc/PID/root",
                     .hint = "queues-too-early"});
}

CHECK_STEP("07.4a", "/dev/shm is new, empty, and everybody's", 2, {"07.3"}) {
  Trial trial;
  Subject subject = trial.start();
  new_mount(trial, subject, "/dev/shm", "tmpfs", "machines-memory", "machines-memory");
  const std::set<std::string> names = names_in(subject.stands(), "/dev/shm");
  const std::string mode = mode_at(subject.stands(), "/dev/shm");
  if (names.empty() && mode == "1777") return;
  subject.fail_here({.expected = "an empty directory of mode 1777",
                     .seen = "mode " + mode + (names.empty() ? "" : ", with " + *names.begin()),
                     .evidence = "/dev/shm, by /proc/PID/root",
                     .hint = names.empty() ? "memory-mode" : "machines-memory"});
}

CHECK_STEP("07.4b", "and has the size asked for", 2, {"07.4a"}) {
  Trial trial;
  const auto expect = [&trial](const std::vector<std::string>& options, std::uint64_t size) {
    Subject subject = trial.start(options);
    const std::uint64_t seen = size_at(subject.stands(), "/dev/shm");
    if (seen == size) return;
    subject.fail_here({.expected = "at most " + std::to_string(size) + " bytes",
                       .seen = std::to_string(seen),
                       .evidence = "statvfs(3) of /dev/shm: blocks and their size",
                       .hint = "memory-size"});
  };
  constexpr int kPages = 65536;  // of any architecture
  const int size = random_number(2, 60) * kPages;
  expect({"--shm-size", std::to_string(size)}, static_cast<std::uint64_t>(size));
  expect({}, std::uint64_t{64} << 20U);
}

CHECK_STEP("07.4c", "and the machine's mounts are as they were", 1, {"07.4a"}) {
  Trial trial;
  const KeptMounts kept(trial.machine);
  const Subject subject = trial.start();
  kept.expect("while the command runs");
}

/// SKIP where only the host's root may write the settings of an IPC namespace.
void need_own_settings(const Trial& trial) {
  const std::string error = trial.on_machine(settings_error);
  if (!error.empty()) skip("this kernel refuses root here: " + error, "Linux 6.0 or newer has it");
}

CHECK_STEP("07.5a", "settings hold in there, and nowhere else", 2, {"07.4"}) {
  Trial trial;
  need_own_settings(trial);
  const bool which = random_number(0, 1) == 0;
  const std::string one = which ? "shmmni" : "msgmni";
  const std::string two = which ? "queues_max" : "msg_max";
  const auto both = [&] {
    return one + ' ' + setting("kernel/" + one) + ", " + two + ' ' + setting("fs/mqueue/" + two);
  };
  const std::string before = trial.on_machine(both);
  const std::string first = std::to_string(random_number(100, 4000));
  const std::string second = std::to_string(random_number(11, 200));
  Subject subject = trial.start(
      {"--sysctl", "kernel." + one + '=' + first, "--sysctl", "fs.mqueue." + two + '=' + second});
  const std::string outside = trial.on_machine(both);
  if (outside != before) {
    subject.fail_here({.expected = "on the machine, as before: " + before,
                       .seen = outside,
                       .evidence = "/proc/sys, read in the machine's IPC namespace",
                       .hint = "machine-changed"});
  }
  const std::string seen = inside(subject.stands(), Ns::ipc, both);
  const std::string expected = one + ' ' + first + ", " + two + ' ' + second;
  if (seen != expected) {
    subject.fail_here({.expected = "in there: " + expected,
                       .seen = seen,
                       .evidence = "/proc/sys, read in the command's IPC namespace",
                       .hint = "setting-not-set"});
  }
  subject.insist();
  for (const Descriptor& open : descriptors(subject.payload())) {
    if (!open.target.starts_with("/proc/sys/")) continue;
    fail({.expected = "the command has no descriptor of a setting",
          .seen = "descriptor " + std::to_string(open.number) + " is " + open.target,
          .evidence = "/proc/PAYLOAD/fd",
          .hint = "descriptor-left"});
  }
}

CHECK_STEP("07.5b", "what the kernel refuses ends your program", 1, {"07.5a"}) {
  Trial trial;
  need_own_settings(trial);
  constexpr int kNeverStarted = 125;
  const std::string many = std::to_string(random_number(100'000'000, 900'000'000));
  const std::vector<std::string> all{"kernel.shmmni=" + many, "kernel.sem=32000 " + random_name(),
                                     "fs.mqueue.queues_max=" + random_name(),
                                     "kernel.shm" + random_name() + "=1"};
  for (const std::string& refused : all) {
    const Ended ended = trial.machine.finish({"--sysctl", "kernel.msgmni=100", "--sysctl", refused,
                                              "--", trial.machine.probe(), trial.machine.word()});
    if (ended.status == kNeverStarted && !ended.err.empty() && !ended.payload) continue;
    expect_written(ended.err);
    fail({.expected = "the kernel refuses " + refused + ": exit 125, a reason, and no command",
          .seen = ended.payload ? "the command ran"
                                : "exit " + std::to_string(ended.status) +
                                      (ended.err.empty() ? ", nothing on stderr" : ""),
          .evidence = ended.err,
          .hint = ended.payload ? "error-ignored" : "wrong-status"});
  }
}

}  // namespace
