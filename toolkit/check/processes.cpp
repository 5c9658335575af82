#include "toolkit/check/processes.hpp"

#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "toolkit/check/files.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/check/observe.hpp"
#include "toolkit/check/patience.hpp"
#include "toolkit/check/verdict.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

/// Is a process asleep, or gone, with nothing left that would wake it?
bool is_idle(pid_t pid) try {
  const char state = activity_of(pid).state;
  if (state == 'Z' || state == 'X') return true;
  const auto pending = [pid](const char* name) {
    return std::stoull(status_value(pid, name), nullptr, 16) != 0;
  };
  return state == 'S' && !pending("SigPnd") && !pending("ShdPnd");
} catch (const SystemError&) {
  return true;
}

}  // namespace

std::vector<pid_t> numbers_of(pid_t pid) {
  const std::string text = status_value(pid, "NSpid");
  std::vector<pid_t> numbers;
  for (const std::string_view word : words(text)) {
    numbers.push_back(static_cast<pid_t>(parse_number(word).value_or(0)));
  }
  return numbers;
}

std::vector<pid_t> companions_of(pid_t pid, const Machine& machine) {
  const ino_t wanted = namespace_id(pid, Ns::pid);
  std::vector<pid_t> found;
  for (const pid_t other : machine.processes()) {
    try {
      if (namespace_id(other, Ns::pid) == wanted) found.push_back(other);
    } catch (const SystemError&) {  // NOLINT: it has ended meanwhile
    }
  }
  return found;
}

std::set<pid_t> inner_numbers(const std::vector<pid_t>& processes) {
  std::set<pid_t> numbers;
  for (const pid_t pid : processes) numbers.insert(numbers_of(pid).back());
  return numbers;
}

std::string to_text(const std::set<pid_t>& numbers) {
  std::string text;
  for (const pid_t number : numbers) text += (text.empty() ? "" : " ") + std::to_string(number);
  return text;
}

std::set<pid_t> listed_by_proc(pid_t pid) {
  std::set<pid_t> numbers;
  for (const std::string& name : names_in(pid, "/proc")) {
    if (const auto number = parse_number(name)) numbers.insert(static_cast<pid_t>(*number));
  }
  return numbers;
}

std::vector<pid_t> zombies_in(const Machine& machine) {
  std::vector<pid_t> found;
  for (const pid_t pid : machine.processes()) {
    try {
      if (activity_of(pid).state == 'Z') found.push_back(pid);
    } catch (const SystemError&) {  // NOLINT: it has been waited for meanwhile
    }
  }
  return found;
}

bool comes_about(const std::vector<pid_t>& workers, const std::function<bool()>& something) {
  using Clock = std::chrono::steady_clock;
  constexpr int kSeconds = 2;  // for who is never idle
  const Clock::time_point last =
      Clock::now() + std::chrono::milliseconds(static_cast<int>(kSeconds * 1000 * slowness()));
  constexpr int kIdleLooks = 50;  // a helper of theirs may still be at work
  for (int idle = 0; idle < kIdleLooks && Clock::now() < last;) {
    idle = std::all_of(workers.begin(), workers.end(), is_idle) ? idle + 1 : 0;
    if (something()) return true;
    ::sched_yield();
  }
  return false;
}

bool ends(pid_t pid, std::chrono::milliseconds most) {
  const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) return true;
  pollfd end{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  return ::poll(&end, 1, static_cast<int>(static_cast<double>(most.count()) * slowness())) == 1;
}

void expect_end(const std::vector<pid_t>& all, const std::string& when, const std::string& hint) {
  const auto left = std::find_if_not(all.begin(), all.end(), [](pid_t pid) { return ends(pid); });
  if (left == all.end()) return;
  fail({.expected = "when " + when + ", all processes of its pid namespace end",
        .seen = "process " + std::to_string(numbers_of(*left).back()) + " is still there",
        .evidence = "/proc/PID/status: NSpid: " + status_value(*left, "NSpid"),
        .hint = hint});
}

}  // namespace toolkit::checks
