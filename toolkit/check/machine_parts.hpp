#pragma once

#include <optional>
#include <string>

#include "toolkit/check/devices.hpp"
#include "toolkit/check/keeper.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/check/snapshot.hpp"

namespace toolkit::checks {

struct Machine::Parts {
  Kept kept;
  Powers powers = Powers::contained;
  std::string probe = {};
  std::string word = {};
  std::optional<DeviceFence> fence = {};
  Snapshot before = {};

  [[nodiscard]] Snapshot snapshot(const Machine& machine) const;
};

/// The content of the probe: what a payload is known by.
const std::string& probe_content();

}  // namespace toolkit::checks
