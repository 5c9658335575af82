// What became of a machine: what a program left on it; and other processes in it.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "toolkit/check/machine_parts.hpp"
#include "toolkit/check/patience.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

using Clock = std::chrono::steady_clock;

/// Gives what is about to end the time to do it: the kernel ends a process in steps.
void await_end(pid_t pid, Clock::time_point last) {
  const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) return;
  pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(last - Clock::now());
  static_cast<void>(::poll(&ended, 1, std::max(0, static_cast<int>(left.count()))));
}

/// A program can leave thousands of things: nobody reads so many lines.
void shorten(std::vector<Leftover>& left) {
  constexpr std::size_t kMost = 40;
  if (left.size() <= kMost) return;
  const std::string more = "and " + std::to_string(left.size() - kMost) + " more";
  left.resize(kMost);
  left.push_back({.what = more, .remedy = "none"});
}

bool names(const std::string& text, const std::string& name) {
  return text.find(name) != std::string::npos;
}

std::string told(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + shell_quote(word);
  return text;
}

/// POSIX message queues, shared memory and semaphores: to the kernel they are files.
void add_posix_objects(const Machine& machine, Snapshot& snapshot) {
  for (const std::string directory : {"/dev/mqueue", "/dev/shm"}) {
    try {
      for (const std::string& name : machine.list(directory)) {
        const std::string path = directory + '/' + name;
        snapshot.things.emplace("the file " + shell_quote(path), "rm " + shell_quote(path));
      }
    } catch (const SystemError&) {  // NOLINT: a program took the mount away, which is told
    }
  }
}

}  // namespace

Snapshot Machine::Parts::snapshot(const Machine& machine) const {
  const std::string mountinfo =
      read_file("/proc/" + std::to_string(kept.process.pid()) + "/mountinfo");
  Snapshot snapshot = snapshot_from_text(machine.inside(
      Ns::uts | Ns::ipc | Ns::net, [&] { return to_text(take_snapshot(mountinfo)); }));
  add_posix_objects(machine, snapshot);
  return snapshot;
}

void Machine::need(Ns kinds) const {
  const std::string error = inside(Ns::none, [kinds]() -> std::string {
    try {
      unshare(kinds);
      return {};
    } catch (const SystemError& refused) {
      return refused.what();
    }
  });
  if (error.empty()) return;
  skip("such a namespace can't be made here: " + error,
       "as root: raise what is small in `sysctl -a --pattern '^user.max_'`; see namespaces(7)");
}

void Machine::settle() { parts_->before = parts_->snapshot(*this); }
void Machine::excuse(const std::string& name) { parts_->excused.push_back(name); }

std::vector<Leftover> Machine::leftovers() const {
  std::vector<Leftover> left = compare(parts_->before, parts_->snapshot(*this));
  for (const std::string& name : parts_->excused) {
    std::erase_if(left, [&name](const Leftover& thing) { return names(thing.what, name); });
  }
  constexpr int kMost = 200;  // milliseconds, for all together
  const Clock::time_point last =
      Clock::now() + std::chrono::milliseconds(static_cast<int>(kMost * slowness()));
  for (const pid_t pid : processes()) await_end(pid, last);
  for (const pid_t pid : processes()) {
    try {
      const std::string what = activity_of(pid).state == 'Z'
                                   ? "a zombie: " + activity_of(pid).name
                                   : "a process that still runs: " + told(command_line(pid));
      left.push_back({.what = what, .remedy = "wait for it, or end it, before your program ends"});
    } catch (const SystemError&) {  // NOLINT: it ended at last
    }
  }
  shorten(left);
  return left;
}

Process Machine::spawn(const std::function<void()>& body) const {
  return Process::spawn({}, [&] {
    if (parts_->delegation) parts_->delegation->settle(::getpid());
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
