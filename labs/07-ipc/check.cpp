#include "toolkit/check/check.hpp"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

#include "toolkit/check/files.hpp"
#include "toolkit/check/ipc.hpp"
#include "toolkit/check/mounts.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::MountInfo;
using toolkit::namespace_id;
using toolkit::Ns;

constexpr int kNeverStarted = 125;

SIGNATURES({"unshare", EINVAL, "unshare-flags"});

/// A machine on which somebody else's objects are, and the program started there.
struct Trial {
  Machine machine = Machine();
  IpcObjects theirs = random_ipc_objects();
  std::string file = "/dev/shm/" + random_name();

  Trial() {
    static_cast<void>(on_machine([this] { return make(theirs); }));
    machine.make_file(file, random_name());
    machine.settle();
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
  subject.fail_here({.expected = "an IPC namespace of its own, and the machine's user namespace",
                     .seen = user_too ? "a new user namespace" : "the machine's IPC namespace",
                     .evidence = ipc_file("CHILD", own) + "\n" + ipc_file("1", machines),
                     .hint = user_too ? "user-too" : "same-namespace",
                     .signatures = Consult::always});
}

CHECK_STEP("07.1b", "your program stays in the machine's", 1, {"07.1a"}) {
  Trial trial;
  Subject subject = trial.start();
  const ino_t own = namespace_id(subject.pid(), Ns::ipc);
  if (own == trial.machine.namespace_id(Ns::ipc)) return;
  subject.fail_here({.expected = "your program is where it was started",
                     .seen = "it has left the machine's IPC namespace, too",
                     .evidence = ipc_file("YOURS", own),
                     .hint = "runner-moved"});
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
  const ino_t machines = trial.machine.namespace_id(Ns::mount);
  const bool same = namespace_id(subject.stands(), Ns::mount) == machines;
  if (!same && namespace_id(subject.pid(), Ns::mount) == machines) return;
  subject.fail_here(
      {.expected = "the command has left the machine's mounts, your program has not",
       .seen = same ? "the command is in the machine's mount namespace" : "both have left it",
       .evidence = "/proc/PID/ns/mnt of both",
       .hint = same ? "same-mounts" : "runner-moved"});
}

CHECK_STEP("07.2b", "no mount in it has peers on the machine", 1, {"07.2a"}) {
  Trial trial;
  Subject subject = trial.start();
  const std::set<std::string> machines = peer_groups(mounts_of(trial.machine.keeper()));
  for (const MountInfo& mount : all_mounts(subject.stands())) {
    const std::set<std::string> groups = peer_groups({mount});
    if (groups.empty() || !machines.contains(*groups.begin())) continue;
    subject.fail_here({.expected = "no mount in the new namespace is shared with the machine",
                       .seen = mount.target + " is",
                       .evidence = "/proc/PID/mountinfo: " + to_text(mount),
                       .hint = "still-shared"});
  }
}

/// The mount on a path, which must be a new one of this type with the flags that it should have.
MountInfo new_mount(const Trial& trial, Subject& subject, const std::string& path,
                    const std::string& type, const std::string& old, const std::string& early) {
  const std::string lines = mount_lines(subject.stands(), ' ' + path + ' ');
  const Mounts mounts = mounts_of(subject.stands());
  const MountInfo* mount = mount_on(mounts, path);
  const bool is_type = mount != nullptr && mount->type == type;
  if (!is_type || twin_of(*mount, mounts_of(trial.machine.keeper())) != nullptr) {
    const bool mounted = toolkit::lines(lines).size() > 1;
    subject.fail_here({.expected = path + " is a new " + type,
                       .seen = is_type ? "it is the machine's" : "it is none",
                       .evidence = lines,
                       .hint = mounted ? early : old});
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
  const std::string mode = inside(subject.stands(), Ns::mount, [] {
    struct stat status {};
    toolkit::check(::stat("/dev/shm", &status), "stat", "/dev/shm");
    char octal[16];  // NOLINT: snprintf fills it
    static_cast<void>(std::snprintf(octal, sizeof octal, "%o", status.st_mode & 07777U));
    return std::string(octal);
  });
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
  const std::string before = trial.mountinfo();
  Subject subject = trial.start();
  const std::string now = trial.mountinfo();
  if (now == before) return;
  subject.fail_here({.expected = "/proc/1/mountinfo reads as before your program started",
                     .seen = "it has changed",
                     .evidence = difference(before, now),
                     .hint = "still-shared"});
}

/// A setting, as a process in an IPC namespace reads it.
std::string read_setting(const std::string& name) {
  return std::string(toolkit::trim(toolkit::read_file("/proc/sys/" + name)));
}

/// SKIP where only the host's root may write the settings of an IPC namespace.
void need_own_settings(const Trial& trial) {
  const std::string error = trial.on_machine([] {
    toolkit::check(::unshare(CLONE_NEWIPC), "unshare", "CLONE_NEWIPC");
    const toolkit::Fd file(::open("/proc/sys/kernel/shmmni", O_WRONLY | O_CLOEXEC));
    return std::string(file ? "" : ::strerrorname_np(errno));
  });
  if (!error.empty()) skip("this kernel refuses root here: " + error, "Linux 6.0 or newer has it");
}

CHECK_STEP("07.5a", "settings hold in there, and nowhere else", 2, {"07.4"}) {
  Trial trial;
  need_own_settings(trial);
  const std::string segments = "kernel/shmmni";
  const std::string messages = "fs/mqueue/msg_max";
  const auto both = [&] { return read_setting(segments) + " and " + read_setting(messages); };
  const std::string before = trial.on_machine(both);
  const std::string first = std::to_string(random_number(100, 4000));
  const std::string second = std::to_string(random_number(11, 200));
  Subject subject = trial.start(
      {"--sysctl", "kernel.shmmni=" + first, "--sysctl", "fs.mqueue.msg_max=" + second});
  const std::string outside = trial.on_machine(both);
  if (outside != before) {
    subject.fail_here({.expected = "shmmni and msg_max stay as they were on the machine: " + before,
                       .seen = "they are " + outside,
                       .evidence = "/proc/sys/kernel/shmmni and /proc/sys/fs/mqueue/msg_max",
                       .hint = "machine-changed"});
  }
  const std::string seen = inside(subject.stands(), Ns::ipc, both);
  if (seen == first + " and " + second) return;
  subject.fail_here({.expected = "shmmni and msg_max are " + first + " and " + second + " in there",
                     .seen = "they are " + seen,
                     .evidence = "/proc/sys/kernel/shmmni and /proc/sys/fs/mqueue/msg_max, read in "
                                 "the command's IPC namespace",
                     .hint = "setting-not-set"});
}

CHECK_STEP("07.5b", "what the kernel refuses ends your program", 1, {"07.5a"}) {
  Trial trial;
  need_own_settings(trial);
  const std::string value = std::to_string(random_number(100'000'000, 900'000'000));
  const Ended ended = trial.machine.finish(
      {"--sysctl", "kernel.shmmni=" + value, "--", trial.machine.probe(), trial.machine.word()});
  const std::string expected = value + " segments are too many: exit 125, and no command";
  if (ended.payload) {
    fail({.expected = expected, .seen = "the command ran", .hint = "error-ignored"});
  }
  if (ended.status == kNeverStarted && !ended.err.empty()) return;
  fail({.expected = expected,
        .seen = "exit " + std::to_string(ended.status) +
                (ended.err.empty() ? ", nothing on stderr" : ""),
        .evidence = ended.err,
        .hint = "wrong-status"});
}

}  // namespace
