#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolkit/check/verdict.hpp"

namespace toolkit::course {

/// What results come to. A step of the guide, "04.2", passes when its checks, "04.2a" and "04.2b", do;
/// one that was skipped does not count against it while another passes.
struct Outcome {
  std::size_t steps = 0;
  std::size_t passed = 0;    ///< steps
  std::size_t skipped = 0;   ///< checks
  std::size_t unjudged = 0;  ///< checks, by the checker's own fault
};
Outcome outcome_of(const std::vector<checks::Result>& results);

/// Something passed, and all that could be judged here did.
bool all_passed(const std::vector<checks::Result>& results);

/// The one that is explained: the first that failed; nullptr when none did.
const checks::Result* first_failed(const std::vector<checks::Result>& results);

/// The step that a check belongs to: "04.2" of "04.2b".
std::string step_of(const std::string& check);

}  // namespace toolkit::course
