#include "toolkit/check/patience.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "toolkit/check/machine.hpp"
#include "toolkit/check/observe.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {
namespace {

constexpr double kAsleep = 2;     // seconds
constexpr double kComputing = 2;  // seconds of processor time
constexpr double kLongest = 20;   // seconds of any kind
constexpr std::size_t kProcesses = 300;

struct Look {
  std::size_t processes = 0;
  bool runs = false;
  double cpu = 0;
  std::string calls = {};  ///< who is where, for a program that hangs
};

/// "your program", "its child net", or a name.
std::string who(pid_t pid, const std::string& name, pid_t program) {
  if (pid == program) return "your program";
  return program != 0 && parent_of(pid) == program ? "its child " + name : name;
}

Look look_at(const Machine& machine, pid_t program) {
  Look look;
  for (const pid_t pid : machine.processes()) {
    ++look.processes;
    if (look.processes > kProcesses) break;
    try {
      const Activity activity = activity_of(pid);
      look.cpu += activity.seconds;
      // Who is stopped at a call waits for the checker's own tracer, which may be late on a busy machine.
      const bool is_stopped = activity.state == 't';
      if (activity.state == 'R' || activity.state == 'D' || is_stopped) look.runs = true;
      if (activity.state != 'S' || look.processes > 4) continue;
      if (!look.calls.empty()) look.calls += ", ";
      look.calls += who(pid, activity.name, program) + " in " + call_of(pid);
    } catch (const SystemError&) {  // NOLINT: it ended meanwhile, or its call is not to be seen
    }
  }
  return look;
}

}  // namespace

double slowness() {
  const char* text = std::getenv("COOPERAGE_SLOW");
  const double factor = text == nullptr ? 1 : std::atof(text);
  return factor > 0 ? factor : 1;
}

Patience::Patience(const Machine& machine) : machine_(machine), last_(Clock::now()) {}

std::string Patience::over(std::uint64_t bytes, pid_t program) {
  const Clock::time_point now = Clock::now();
  if (now - last_ < kTick) return {};
  // Where the checker itself was late (stopped, or on a busy machine), the program was it, too.
  const std::chrono::duration<double> passed = std::min<Clock::duration>(now - last_, 2 * kTick);
  last_ = now;
  const Look look = look_at(machine_, program);
  if (look.processes > kProcesses) return "it starts processes without end";
  all_ += passed;
  if (!look.runs && bytes == bytes_) asleep_ += passed;
  bytes_ = bytes;
  if (cpu_ && look.cpu > *cpu_) used_ += look.cpu - *cpu_;
  cpu_ = look.cpu;
  if (asleep_.count() > kAsleep * slowness()) {
    return look.calls.empty() ? "it hangs" : "it hangs: " + look.calls;
  }
  if (used_ > kComputing * slowness()) return "it computes without end";
  return all_.count() > kLongest * slowness() ? "it does not come to an end" : std::string();
}

}  // namespace toolkit::checks
