#pragma once

#include <ctime>
#include <string>

namespace toolkit::checks {

/// What a program could have changed of the host, but for its mounts and processes.
struct HostState {
  std::string settings;  ///< its names, where core files go, this process's cgroups
  std::time_t boot = 0;  ///< when it was started, by the clock: a clock that was set has moved it
};
HostState state_of_host();
/// The two may have been read a second apart.
bool is_unchanged(const HostState& before);

}  // namespace toolkit::checks
