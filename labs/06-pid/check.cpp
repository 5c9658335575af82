#include "toolkit/check/check.hpp"

#include <unistd.h>

#include <chrono>

#include "toolkit/check/mounts.hpp"
#include "toolkit/check/processes.hpp"
#include "toolkit/check/signals.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::MountInfo;
using toolkit::namespace_id;
using toolkit::Ns;
using Clock = std::chrono::steady_clock;

SIGNATURES({"unshare", EINVAL, "unshare-flags"}, {"mount", EPERM, "proc-refused"});

/// A machine, and the program started there.
struct Trial {
  Machine machine = Machine();

  Subject start(std::vector<std::string> options = {},
                Unfinished unfinished = Unfinished::refused) {
    options.insert(options.end(), {"--", machine.probe(), machine.word()});
    return machine.start(options, {.unfinished = unfinished});
  }
  /// As far as it comes: a later step may not be written yet.
  Subject start_part() { return start({}, Unfinished::held); }
  std::string mountinfo() const { return mount_lines(machine.keeper(), ""); }
};

/// Who is to be process 1: the command's parent, or who came to its end before there was a command.
pid_t first_of(const Subject& subject) {
  return subject.arrived() ? parent_of(subject.payload()) : subject.stands();
}

std::string numbers(pid_t pid) {
  return "NSpid of process " + std::to_string(pid) + ": " + status_value(pid, "NSpid");
}

CHECK_STEP("06.1", "process 1 of a pid namespace of its own", 2, {}) {
  Trial trial;
  Subject subject = trial.start_part();
  const pid_t first = first_of(subject);
  const ino_t own = namespace_id(subject.stands(), Ns::pid);
  Failure failure{.expected = "both are in a new pid namespace, with the parent as process 1",
                  .seen = "the command and its parent are in the machine's",
                  .evidence = numbers(first) + '\n' + numbers(subject.stands()),
                  .hint = "same-namespace",
                  .signatures = Consult::always};
  if (namespace_id(first, Ns::user) != trial.machine.namespace_id(Ns::user)) {
    failure.seen = "they are in a new user namespace, too";
    failure.hint = "user-too";
  } else if (own != trial.machine.namespace_id(Ns::pid)) {
    if (numbers_of(first).back() == 1 && namespace_id(first, Ns::pid) == own) return;
    failure.seen = "the command is in one, and its parent is not process 1 there";
    failure.hint = first == subject.pid() ? "no-init" : "only-children";
  }
  subject.fail_here(failure);
}

CHECK_STEP("06.2a", "/proc shows these processes and no others", 2, {"06.1"}) {
  Trial trial;
  Subject subject = trial.start_part();
  const pid_t pid = subject.stands();
  const std::set<pid_t> members = inner_numbers(companions_of(pid, trial.machine));
  const std::set<pid_t> shown = listed_by_proc(pid);
  const Mounts mounts = mounts_of(pid);
  const MountInfo* top = mount_on(mounts, "/proc");
  const bool is_proc = top != nullptr && top->type == "proc";
  if (!is_proc || shown != members) {
    const std::string lines = mount_lines(pid, " /proc ");
    subject.fail_here(
        {.expected = "/proc is a proc that shows the processes " + to_text(members),
         .seen = is_proc ? "it shows " + to_text(shown) : "it is no proc",
         .evidence = lines,
         .hint = toolkit::lines(lines).size() > 1 ? "proc-of-others" : "machines-proc"});
  }
  const std::string lacks = lacking(*top, {"nosuid", "nodev", "noexec"});
  if (lacks.empty()) return;
  subject.fail_here({.expected = "it has nosuid, nodev, noexec",
                     .seen = "it lacks " + lacks,
                     .evidence = "/proc/PID/mountinfo: " + to_text(*top),
                     .hint = "mount-flags"});
}

CHECK_STEP("06.2b", "the machine's mounts stay as they were", 2, {"06.2a"}) {
  Trial trial;
  const std::string before = trial.mountinfo();
  Subject subject = trial.start_part();
  const ino_t machines = trial.machine.namespace_id(Ns::mount);
  if (const std::string now = trial.mountinfo(); now != before) {
    const bool left = namespace_id(subject.stands(), Ns::mount) != machines;
    subject.fail_here({.expected = "/proc/1/mountinfo reads as before your program started",
                       .seen = "it has changed",
                       .evidence = difference(before, now),
                       .hint = left ? "still-shared" : "mounted-outside"});
  }
  if (namespace_id(subject.pid(), Ns::mount) == machines) return;
  subject.fail_here({.expected = "your program itself stays in the machine's mount namespace",
                     .seen = "it has left it, too: see /proc/YOURS/ns/mnt",
                     .hint = "runner-moved"});
}

CHECK_STEP("06.3a", "the command starts, and no signal is blocked for it", 2, {"06.2"}) {
  Trial trial;
  const Subject subject = trial.start();
  const std::string seen = status_value(subject.payload(), "SigBlk");
  const std::string found = status_value(::getpid(), "SigBlk");
  if (seen == found) return;
  fail({.expected = "its mask is the one that your program was started with: " + found,
        .seen = "it is " + seen,
        .evidence = "/proc/COMMAND/status: SigBlk",
        .hint = "signals-blocked"});
}

/// The command at work with a child, and all processes of its namespace.
struct Family {
  Trial trial = Trial();
  Subject subject;
  std::vector<pid_t> all = {};

  explicit Family(const std::vector<std::string>& options = {}) : subject(trial.start(options)) {
    for (const int number : {SIGTERM, SIGHUP, SIGINT}) catch_in(subject, number);
    subject.ask("fork");
    all = companions_of(subject.payload(), trial.machine);
  }
};

/// FAIL unless the program ends with this status.
void expect_status(Subject& subject, int status, const std::string& after,
                   const std::string& hint = "command-status", const std::string& hangs = "hangs") {
  const Ended ended = subject.wait(hangs);
  expect_written(ended.err);
  if (ended.status == status) return;
  fail({.expected = "exit " + std::to_string(status),
        .seen = "exit " + std::to_string(ended.status),
        .evidence = after + (ended.err.empty() ? "" : '\n' + ended.err),
        .hint = ended.err.find("No child processes") == ended.err.npos ? hint : "nobody-left"});
}

CHECK_STEP("06.3b", "your program is killed, and all ends", 3, {"06.3a"}) {
  Family family;
  family.subject.kill();
  expect_end(family.all, "your program ends", "outlives-it");
}

CHECK_STEP("06.3c", "process 1 is killed, and all ends with 137", 1, {"06.3a"}) {
  Family family;
  ::kill(first_of(family.subject), SIGKILL);
  expect_status(family.subject, 128 + SIGKILL, "process 1 was killed");
  expect_end(family.all, "process 1 ends", "outlives-it");
}

CHECK_STEP("06.4a", "500 orphans leave no zombie", 3, {"06.3a"}) {
  Trial trial;
  Subject subject = trial.start();
  const pid_t first = first_of(subject);
  constexpr int kTimes = 5;
  for (int i = 0; i < kTimes; ++i) {
    subject.ask("orphans 100", "any-child");
    if (comes_about({first}, [&] { return zombies_in(trial.machine).empty(); })) continue;
    const std::size_t left = zombies_in(trial.machine).size();
    fail({.expected = "100 processes were left to process 1, and ended; all are reaped",
          .seen = std::to_string(left) + " are zombies; process 1 is in " + call_of(first),
          .evidence = "/proc/PID/stat of every process in the namespace: state Z",
          .hint = left < 100 ? "one-at-a-time" : "zombies"});
  }
  subject.ask("getpid", "any-child");
}

CHECK_STEP("06.4b", "its status is the command's", 2, {"06.4a"}) {
  Trial trial;
  const auto expect = [&](const std::string& order, int status) {
    Subject subject = trial.start();
    subject.tell(order);
    expect_status(subject, status, "the command was told: " + order);
  };
  for (const int code : {0, 1, random_number(2, 120)}) expect("exit " + std::to_string(code), code);
  // Process 1 would survive SIGTERM: the command is not process 1.
  for (const int number : {SIGTERM, SIGKILL, SIGSEGV}) {
    expect("kill " + std::to_string(number), 128 + number);
  }
}

CHECK_STEP("06.4c", "what the command left ends with it", 2, {"06.4b"}) {
  Family family;
  const int code = random_number(2, 120);
  family.subject.tell("exit " + std::to_string(code));
  expect_status(family.subject, code, "the command left a child", "command-status",
                "waits-for-all");
  expect_end(family.all, "the command ends", "waits-for-all");
}

/// A signal did not come to the command: which state is all in now?
[[noreturn]] void explain_lost(Subject& subject, pid_t to, int signal) {
  Failure lost{.expected = signal_name(signal) + " reaches the command, which has a handler for it",
               .seen = "who got it goes on, and the command has nothing",
               .hint = "not-forwarded"};
  if (!is_alive(subject.pid()) || !is_alive(subject.payload())) {
    const Ended ended = subject.wait();
    expect_written(ended.err);
    lost.seen = "your program ended, exit " + std::to_string(ended.status);
    lost.evidence = ended.err;
    lost.hint = ended.status == 128 + SIGKILL ? "signal-changed" : "ended-by-signal";
  } else if (to != subject.pid() && !wakes(to, signal)) {
    lost.seen = "process 1 does not even wake: the kernel threw the signal away";
    lost.evidence = "/proc/PID/status of process 1: voluntary_ctxt_switches";
    lost.hint = "one-ignores";
  }
  fail(lost);
}

/// FAIL unless signals to one process of the program reach the command, each once.
void expect_passed_on(Subject& subject, pid_t to) {
  const std::optional<Strayed> strayed = send_each(subject, to, {subject.pid(), first_of(subject)});
  if (!strayed) return;
  if (strayed->times.empty() || strayed->times == "0") explain_lost(subject, to, strayed->signal);
  fail({.expected = signal_name(strayed->signal) + " once",
        .seen = strayed->times + " times",
        .evidence = "how often the command's handler was called",
        .hint = "signal-again"});
}

CHECK_STEP("06.5", "signals to process 1 reach the command", 2, {"06.3a"}) {
  Trial trial;
  Subject subject = trial.start();
  expect_passed_on(subject, first_of(subject));
}

CHECK_STEP("06.6a", "signals to your program reach the command", 2, {"06.5"}) {
  Trial trial;
  Subject subject = trial.start();
  expect_passed_on(subject, subject.pid());
}

CHECK_STEP("06.6b", "a command without a handler ends by them", 1, {"06.6a", "06.4"}) {
  Trial trial;
  Subject subject = trial.start();
  subject.signal(SIGTERM);
  expect_status(subject, 128 + SIGTERM, "your program was sent SIGTERM");
}

/// A grace that nobody can have written into a program, and the option that asks for it.
struct Grace {
  std::chrono::milliseconds time{random_number(150, 250)};
  std::vector<std::string> option = {"--grace", "0." + std::to_string(time.count())};
};

CHECK_STEP("06.7a", "the grace is over, and all is killed", 2, {"06.6"}) {
  const Grace grace;
  Family family(grace.option);
  const bool early = ends(family.subject.pid(), grace.time);  // there was no SIGTERM yet
  const Clock::time_point sent = Clock::now();
  family.subject.signal(SIGTERM);
  expect_status(family.subject, 128 + SIGKILL, "SIGTERM was handled, and the grace is over",
                "grace-status", "never-killed");
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - sent);
  expect_end(family.all, "the grace is over", "outlives-it");
  if (time >= grace.time && !early) return;
  fail({.expected = "all is killed when the grace is over, " + grace.option[1] + " s after SIGTERM",
        .seen = early ? "before it" : std::to_string(time.count()) + " ms after it",
        .hint = "killed-early"});
}

CHECK_STEP("06.7b", "until then the command may end well", 1, {"06.7a"}) {
  Trial trial;
  Subject subject = trial.start({"--grace", std::to_string(random_number(1000, 2000))});
  catch_in(subject, SIGTERM);
  subject.signal(SIGTERM);
  const std::vector<pid_t> workers = {subject.pid(), first_of(subject)};
  comes_about(workers, [&] { return times_caught(subject, SIGTERM) != "0"; });
  comes_about(workers, [] { return false; });  // and nothing follows
  const int code = random_number(2, 120);
  subject.tell("exit " + std::to_string(code));
  expect_status(subject, code, "it was told to exit after a SIGTERM", "grace-status");
}

CHECK_STEP("06.7c", "other signals do not put it off", 1, {"06.7a"}) {
  Trial trial;
  const Grace grace;
  Subject subject = trial.start(grace.option);
  for (const int number : {SIGTERM, SIGUSR1}) catch_in(subject, number);
  constexpr int kTicks = 10;  // in one grace
  for (int i = 0; i < 20 * kTicks; ++i) {
    subject.signal(i % 2 == 0 ? SIGTERM : SIGUSR1);
    if (ends(subject.pid(), grace.time / kTicks)) return;
  }
  fail({.expected = "the first SIGTERM begins the grace, and what comes later does not matter",
        .seen = "with a signal now and then it never ends: 20 graces are over",
        .evidence = "SIGTERM and SIGUSR1, sent in turns",
        .hint = "put-off"});
}

}  // namespace
