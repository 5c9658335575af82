#include "toolkit/check/check.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "toolkit/check/signals.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with

/// The words as a shell would need them: " '' 'a b'".
std::string quoted(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += ' ' + toolkit::shell_quote(word);
  return text;
}

/// FAIL when the program ended at a step that this check is about.
void expect_written(const std::string& err, const std::string& step) {
  if (err.find("step " + step + " is not written yet") == err.npos) return;
  fail({.expected = "step " + step + " is written", .seen = "it is open", .hint = "not-started"});
}

/// No command came though step 00.1 is written: then exec is what is missing.
Subject start(Machine& machine) try {
  return machine.start({machine.probe(), machine.word()});
} catch (Failed& failed) {
  const bool open = failed.failure.seen.find("step 00.1") != std::string::npos;
  if (failed.failure.hint == "not-started" && !open) failed.failure.hint = "payload-missing";
  throw;
}

CHECK_STEP("00.1a", "the command runs, as a child of your program", 2, {}) {
  Machine machine;
  const Subject subject = start(machine);
  const std::string yours = std::to_string(subject.pid());
  if (subject.payload() == subject.pid()) {
    fail({.expected = "two processes: your program, and its command",
          .seen = "one: the command is process " + yours + ", as your program was",
          .evidence = "the link /proc/" + yours + "/exe, before and after",
          .hint = "no-second-process"});
  }
  const std::string parent = std::to_string(parent_of(subject.payload()));
  if (parent == yours) return;
  fail({.expected = "its parent is your program, process " + yours,
        .seen = "its parent is process " + parent,
        .evidence = "/proc/PID/stat of the command",
        .hint = "wrong-parent"});
}

CHECK_STEP("00.1b", "its arguments are yours, byte for byte", 1, {"00.1a"}) {
  Machine machine;
  const std::string blanks = random_name() + "  " + random_name();
  const std::vector<std::string> words = {machine.probe(), machine.word(), "", blanks, "*",
                                          "\"$HOME\"",     "--",           ""};
  const Subject subject = machine.start(words);
  const std::vector<std::string> seen = command_line(subject.payload());
  if (seen == words) return;
  fail({.expected = "its words are" + quoted(words),
        .seen = "they are" + quoted(seen),
        .evidence = "/proc/PID/cmdline of the command",
        .hint = "words-joined"});
}

CHECK_STEP("00.1c", "its environment is yours", 1, {"00.1a"}) {
  Machine machine;
  const Subject subject = machine.start({machine.probe(), machine.word()},
                                        {.environment = {random_name() + "=" + random_name()}});
  const std::vector<std::string> yours = environment_of(subject.pid());
  const std::vector<std::string> seen = environment_of(subject.payload());
  if (seen == yours) return;
  fail({.expected = "what your program was given:" + quoted(yours),
        .seen = "it is:" + quoted(seen),
        .evidence = "/proc/PID/environ of both",
        .hint = "environment-lost"});
}

CHECK_STEP("00.1d", "a bare name is looked up in PATH", 1, {"00.1a"}) {
  Machine machine;
  try {
    machine.start({"env", machine.probe(), machine.word()});
  } catch (const Failed&) {
    fail({.expected = "\"env\" is /usr/bin/env, which runs and becomes the command",
          .seen = "no command ran; PATH=/usr/sbin:/usr/bin:/sbin:/bin",
          .hint = "path-ignored"});
  }
}

CHECK_STEP("00.1e", "it gets descriptors 0, 1 and 2, no others", 1, {"00.1a"}) {
  Machine machine;
  const Subject subject = start(machine);
  for (const Descriptor& open : descriptors(subject.payload())) {
    if (open.number <= STDERR_FILENO) continue;
    fail({.expected = "0, 1 and 2, which your program was given",
          .seen = "descriptor " + std::to_string(open.number) + " as well: " + open.target,
          .evidence = "/proc/PID/fd of the command",
          .hint = "descriptor-leaked"});
  }
}

/// Runs a command that does not exist. Where the child goes on as the parent does, both wait for ever.
Ended finish_without(Machine& machine, const std::string& command) try {
  return machine.finish({command});
} catch (Failed& failed) {
  const bool two = failed.failure.seen.find(',') != std::string::npos;
  if (two && failed.failure.hint == "hangs") {
    failed.failure.hint = "two-copies";
    failed.failure.expected = "the child ends after it has said why";
  }
  throw;
}

CHECK_STEP("00.2", "a command that can't run leaves no copy", 2, {"00.1a"}) {
  Machine machine;
  const std::string command = machine.work(random_name());
  const Ended ended = finish_without(machine, command);
  expect_written(ended.err, "00.2");
  const bool open =
      ended.err.find("is not written yet") != ended.err.npos;  // a later step: 125, too
  if (open ? ended.err.find("process: execvp") != ended.err.npos : ended.status == 125) {
    fail({.expected = "the child says why, and ends there with _exit",
          .seen = "an exception left its branch: exit 125, from a second copy of main",
          .evidence = ended.err,
          .hint = "exec-threw"});
  }
  if (ended.err.find(command) != ended.err.npos) return;
  fail({.expected = "a line on stderr that names " + command + " and says why it can't run",
        .seen = ended.err.empty() ? "nothing on stderr" : "other lines on stderr",
        .evidence = ended.err,
        .hint = "exec-silent"});
}

/// A signal to the program did not come to the command: which state is it in now?
[[noreturn]] void explain_lost(Subject& subject, int signal) {
  const bool alive = is_alive(subject.pid());
  const std::string err = alive ? subject.err() : subject.wait().err;
  expect_written(err, "00.3");
  Failure lost{.expected = signal_name(signal) + " to your program reaches the command",
               .seen = "your program ended, and the command is still there",
               .evidence = err,
               .hint = "ended-by-signal"};
  if (!is_alive(subject.payload())) {
    lost.seen = "the command, which has a handler for it, was ended";
    lost.hint = "signal-changed";
  } else if (alive) {
    lost.seen =
        "your program got it and is in " + call_of(subject.pid()) + "; the command has nothing";
    lost.hint = "not-forwarded";
  } else if (err.find("No such process") != err.npos) {
    lost.hint = "no-such-group";
  }
  fail(lost);
}

constexpr int kLooks = 20000;  // at what is to come at once
/// Waits until a signal that was sent to the program has had its effect: true as soon as the command
/// has it, false when the program has taken it, sleeps again, and the command has nothing.
bool comes_through(const Subject& subject, int signal, const std::function<bool()>& has_it) try {
  constexpr int kAsleep = 200;  // a helper of the program's may still be at work
  for (int left = kLooks; left > 0;) {
    if (has_it()) return true;
    if (!is_alive(subject.pid()) || !is_alive(subject.payload())) return false;
    const bool taken = !is_pending(subject.pid(), signal);
    left -= taken && activity_of(subject.pid()).state == 'S' ? kAsleep : 1;
    ::sched_yield();
  }
  return false;
} catch (const toolkit::SystemError&) {  // one of the two ended while it was looked at
  return false;
}

/// How often the command got a signal; "0" when it has gone.
std::string times(Subject& subject, int signal) try {
  return subject.ask("caught " + std::to_string(signal));
} catch (const Failed&) {
  return "0";
}

CHECK_STEP("00.3", "signals reach the command, each once", 3, {"00.1a"}) {
  Machine machine;
  Subject subject = start(machine);
  std::vector<int> signals = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
  std::rotate(signals.begin(), signals.begin() + random_number(0, 5), signals.end());
  for (const int signal : signals) subject.ask("catch " + std::to_string(signal));
  for (const int signal : signals) {
    subject.signal(signal);
    if (!comes_through(subject, signal, [&] { return times(subject, signal) != "0"; })) {
      explain_lost(subject, signal);
    }
  }
  for (const int signal : signals) {
    const std::string caught = times(subject, signal);
    if (caught == "1") continue;
    fail({.expected = signal_name(signal) + " once",
          .seen = caught + " times",
          .evidence = "how often the command's handler was called",
          .hint = "signal-again"});
  }
}

CHECK_STEP("00.4a", "it waits as long as the command runs", 2, {"00.1a"}) {
  Machine machine;
  Subject subject = start(machine);
  subject.tell("exit 0");
  try {
    expect_written(subject.wait().err, "00.4");
  } catch (Failed& failed) {
    if (failed.failure.hint == "hangs") failed.failure.hint = "never-ends";
    throw;
  }
}

/// Stops the command, and returns when the program has heard of it.
void stop_command(const Subject& subject) {
  const pid_t payload = subject.payload();
  ::kill(payload, SIGSTOP);
  // Only once it is off the processor has the kernel sent SIGCHLD.
  const std::string call = "/proc/" + std::to_string(payload) + "/syscall";
  const auto goes_on = [&] {
    return activity_of(payload).state != 'T' || toolkit::read_file(call).starts_with("running");
  };
  for (int left = kLooks; left > 0 && goes_on(); --left) ::sched_yield();
  comes_through(subject, SIGCHLD, [] { return false; });
}

CHECK_STEP("00.4b", "a command that was stopped has not ended", 1, {"00.3", "00.4a"}) {
  Machine machine;
  const Subject subject = start(machine);
  stop_command(subject);
  ::kill(subject.pid(), SIGUSR1);
  const auto has_it = [&] { return is_pending(subject.payload(), SIGUSR1); };
  const bool came = comes_through(subject, SIGUSR1, has_it);
  const bool alive = is_alive(subject.pid());
  ::kill(subject.payload(), SIGCONT);
  if (came) return;
  fail({.expected = "while the command is stopped, your program goes on passing signals to it",
        .seen = alive ? "a signal was not passed on" : "your program ended, as if its command had",
        .evidence = "/proc/PID/status of the command",
        .hint = "stopped-child"});
}

/// FAIL unless the program ends with this status when its command gets that order.
void expect_status(Machine& machine, const std::string& order, int status, const std::string& hint,
                   const StartOptions& options = {}) try {
  Subject subject = machine.start({machine.probe(), machine.word()}, options);
  subject.tell(order);
  const Ended ended = subject.wait();
  expect_written(ended.err, "00.5");
  if (ended.status == status) return;
  fail({.expected = "exit " + std::to_string(status),
        .seen = "exit " + std::to_string(ended.status),
        .evidence = "the command was told: " + order,
        .hint = hint});
} catch (Failed& failed) {
  if (failed.failure.hint == "hangs") failed.failure.hint = "end-not-believed";
  throw;
}

CHECK_STEP("00.5a", "its status is the command's, as in a shell", 2, {"00.4a"}) {
  Machine machine;
  for (const int code : {1, 0, 42, random_number(43, 120)}) {
    expect_status(machine, "exit " + std::to_string(code), code, "raw-status");
  }
  for (const int signal : {SIGKILL, SIGSEGV, SIGTERM}) {
    expect_status(machine, "kill " + std::to_string(signal), 128 + signal, "signal-status");
  }
}

CHECK_STEP("00.5b", "127: no such command; 126: it can't run", 2, {"00.2", "00.4a"}) {
  Machine machine;
  const auto expect = [&](const std::string& command, int status, const std::string& why) {
    const Ended ended = machine.finish({command, random_name()});
    expect_written(ended.err, "00.5");
    if (ended.status == status) return;
    fail({.expected = "exit " + std::to_string(status) + ": " + command + ' ' + why,
          .seen = "exit " + std::to_string(ended.status),
          .evidence = ended.err,
          .hint = "exec-status"});
  };
  expect(machine.work(random_name()), 127, "does not exist");
  expect(random_name(12), 127, "is in no directory of PATH");
  expect(machine.make_file(machine.work(random_name()), "text", 0644), 126, "has no x bit");
  expect("/usr", 126, "is a directory");
}

CHECK_STEP("00.5c", "a child that it did not make is not its own", 2, {"00.5a"}) {
  Machine machine;
  const int code = random_number(20, 120);
  expect_status(machine, "exit " + std::to_string(code), code, "other-child", {.with_child = true});
}

}  // namespace
