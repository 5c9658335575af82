#include "toolkit/check/signals.hpp"

#include <string.h>

#include <cstdint>

#include "toolkit/check/observe.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {

bool is_alive(pid_t pid) try { return activity_of(pid).state != 'Z'; } catch (const SystemError&) {
  return false;
}

bool is_pending(pid_t pid, int signal) {
  const std::uint64_t set = std::stoull(status_value(pid, "ShdPnd"), nullptr, 16);
  return (set >> (signal - 1) & 1) != 0;
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + name;
}

}  // namespace toolkit::checks
