#include "toolkit/check/test_host.hpp"

#include <cstdlib>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {

HostState state_of_host() {
  timespec clock{};
  timespec up{};
  ::clock_gettime(CLOCK_REALTIME, &clock);
  ::clock_gettime(CLOCK_BOOTTIME, &up);
  std::string settings;
  for (const char* file : {"/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname",
                           "/proc/sys/kernel/core_pattern", "/proc/self/cgroup"}) {
    settings += read_file(file);
  }
  return {.settings = settings, .boot = clock.tv_sec - up.tv_sec};
}

bool is_unchanged(const HostState& before) {
  const HostState now = state_of_host();
  return now.settings == before.settings && std::labs(now.boot - before.boot) <= 2;
}

}  // namespace toolkit::checks
