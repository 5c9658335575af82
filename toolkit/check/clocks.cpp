#include "toolkit/check/clocks.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "toolkit/check/observe.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr double kNano = 1e-9;

double number(std::string_view text) { return std::strtod(std::string(text).c_str(), nullptr); }

double seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * kNano;
}

double read_clock(clockid_t clock) {
  timespec time{};
  check(::clock_gettime(clock, &time), "clock_gettime");
  return seconds(time);
}

}  // namespace

bool has_time_namespaces() { return ::access("/proc/self/ns/time", F_OK) == 0; }

Offsets offsets_of(pid_t pid) {
  Offsets found;
  const std::string text = read_file("/proc/" + std::to_string(pid) + "/timens_offsets");
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> fields = words(line);
    const double offset = number(fields.at(1)) + number(fields.at(2)) * kNano;
    (fields.at(0) == "monotonic" ? found.monotonic : found.boottime) = offset;
  }
  return found;
}

double ahead_by(pid_t pid, clockid_t clock) {
  // One's own needs no entering, and without privileges there is none.
  if (namespace_id(pid, Ns::time) == namespace_id(::getpid(), Ns::time)) return 0;
  constexpr int kReadings = 3;
  double shortest = 0;
  double found = 0;
  for (int i = 0; i < kReadings; ++i) {
    const double before = read_clock(clock);
    const std::string there =
        inside(pid, Ns::time, [clock] { return std::to_string(read_clock(clock)); });
    const double after = read_clock(clock);
    if (i > 0 && after - before >= shortest) continue;
    shortest = after - before;
    found = number(there) - (before + after) / 2;
  }
  return found;
}

}  // namespace toolkit::checks
