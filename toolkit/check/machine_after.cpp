// What became of a machine: what a program left on it; and other processes in it.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "toolkit/check/machine_parts.hpp"
#include "toolkit/check/patience.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

/// Gives what is about to end the time to do it: the kernel ends a process in steps.
void await_end(pid_t pid) {
  constexpr int kMost = 200;  // milliseconds
  const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) return;
  pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  static_cast<void>(::poll(&ended, 1, static_cast<int>(kMost * slowness())));
}

std::string told(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + shell_quote(word);
  return text;
}

}  // namespace

Snapshot Machine::Parts::snapshot(const Machine& machine) const {
  const std::string mountinfo =
      read_file("/proc/" + std::to_string(kept.process.pid()) + "/mountinfo");
  return snapshot_from_text(machine.inside(Ns::uts | Ns::ipc | Ns::net,
                                           [&] { return to_text(take_snapshot(mountinfo)); }));
}

std::vector<Leftover> Machine::leftovers() const {
  std::vector<Leftover> left = compare(parts_->before, parts_->snapshot(*this));
  for (const pid_t pid : processes()) await_end(pid);
  for (const pid_t pid : processes()) {
    try {
      const std::string what = activity_of(pid).state == 'Z'
                                   ? "a zombie: " + activity_of(pid).name
                                   : "a process that still runs: " + told(command_line(pid));
      left.push_back({.what = what, .remedy = "kill " + std::to_string(pid)});
    } catch (const SystemError&) {  // NOLINT: it ended at last
    }
  }
  return left;
}

Process Machine::spawn(const std::function<void()>& body) const {
  return Process::spawn({}, [&] {
    enter_machine(parts_->kept.namespaces);
    Process child = Process::spawn({}, [&] {
      check(::chdir(kWork), "chdir", kWork);
      body();
    });
    child.await_exec();
    ::_exit(child.wait().shell_code());
  });
}

}  // namespace toolkit::checks
