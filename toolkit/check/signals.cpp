#include "toolkit/check/signals.hpp"

#include <signal.h>
#include <string.h>

#include <algorithm>
#include <cstdint>

#include "toolkit/check/observe.hpp"
#include "toolkit/check/processes.hpp"
#include "toolkit/check/random.hpp"
#include "toolkit/check/subject.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {

bool is_alive(pid_t pid) try { return activity_of(pid).state != 'Z'; } catch (const SystemError&) {
  return false;
}

bool is_in_mask(pid_t pid, const char* mask, int signal) {
  const std::uint64_t set = std::stoull(status_value(pid, mask), nullptr, 16);
  return (set >> (signal - 1) & 1) != 0;
}

bool is_pending(pid_t pid, int signal) { return is_in_mask(pid, "ShdPnd", signal); }

std::string times_caught(Subject& subject, int signal) try {
  return subject.ask("caught " + std::to_string(signal));
} catch (const Failed&) {
  return {};
}

void catch_in(Subject& subject, int signal) { subject.ask("catch " + std::to_string(signal)); }

bool wakes(pid_t pid, int signal) {
  const auto switches = [pid] { return status_value(pid, "voluntary_ctxt_switches"); };
  const std::string before = switches();
  ::kill(pid, signal);
  return comes_about({pid}, [&] { return switches() != before; });
}

std::optional<Strayed> send_each(Subject& subject, pid_t to, const std::vector<pid_t>& workers) {
  std::vector<int> signals = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
  std::rotate(signals.begin(), signals.begin() + random_number(0, 5), signals.end());
  for (const int signal : signals) catch_in(subject, signal);
  for (const int signal : signals) {
    ::kill(to, signal);
    std::string times;
    comes_about(workers, [&] {
      times = times_caught(subject, signal);
      return times != "0";
    });
    if (times.empty() || times == "0") return Strayed{.signal = signal, .times = times};
  }
  for (const int signal : signals) {
    const std::string times = times_caught(subject, signal);
    if (times != "1") return Strayed{.signal = signal, .times = times};
  }
  return {};
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

}  // namespace toolkit::checks
