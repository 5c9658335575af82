#pragma once

#include <optional>
#include <string>

#include "toolkit/course/doctor/facts.hpp"

namespace toolkit::course {

/// Why something can't be done here, and the exact command or setting that changes it.
struct Cause {
  std::string reason = {};
  std::string remedy = {};
};

/// A command that needs root, as this user would type it; a bare Debian has no sudo.
std::string with_sudo(const Facts& facts, const std::string& command);

/// "mount namespace", "a fresh /proc": what a step makes, in words.
std::string name_of(Step step);

/// Why one step of a trial failed, from its errno and what else is known of the machine.
Cause explain(Step step, int error, Who who, const Facts& facts);

/// Why one of the ways to start a container fails; nothing when it works.
std::optional<Cause> why_not(const std::optional<Trial>& trial, Who who, const Facts& facts);

/// Why a step works neither way, as this user would see it: an ordinary one has only the rootless.
std::optional<Cause> why_missing(Step step, const Facts& facts);

/// Why no container can be started here, neither as root nor rootless; nothing when one can.
std::optional<Cause> what_forbids(const Facts& facts);

}  // namespace toolkit::course
