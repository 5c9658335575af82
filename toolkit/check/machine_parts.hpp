#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolkit/check/devices.hpp"
#include "toolkit/check/groups.hpp"
#include "toolkit/check/keeper.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/check/snapshot.hpp"

namespace toolkit::checks {

struct Machine::Parts {
  std::optional<Delegation> delegation = {};  ///< removed when all in it have ended
  Kept kept;
  Powers powers = Powers::contained;
  std::string probe = {};
  std::string word = {};
  std::optional<DeviceFence> fence = {};
  Snapshot before = {};
  std::vector<std::string> excused = {};
  std::vector<pid_t> payloads = {};  ///< of every program that was started here
  std::size_t forks = 0;             ///< copies of a payload that a check asked for
  int running = 0;                   ///< programs that have not ended

  [[nodiscard]] Snapshot snapshot(const Machine& machine) const;
};

/// The content of the probe: what a payload is known by.
const std::string& probe_content();

}  // namespace toolkit::checks
