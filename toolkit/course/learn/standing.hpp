#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolkit/course/catalogue.hpp"

namespace toolkit::course {

/// How far somebody is in a lab.
struct LabStanding {
  std::string lab = {};    ///< its name
  std::size_t passed = 0;  ///< steps
  std::size_t steps = 0;   ///< all of them; 0: it was never checked
  bool done = false;       ///< all that can be judged here passed
  std::string rest = {};   ///< what to type for what was skipped; empty: nothing was
};

/// The lab to work on: the one that was worked on last, while it is not done; then the next one after
/// it that is not; then the first that is not. Nothing when all are done.
const Lab* where_to_go(const Catalogue& catalogue, const std::vector<LabStanding>& standings,
                       const std::string& last);

/// The standing of a lab; one that was never checked when it is not among them.
LabStanding lab_standing(const std::vector<LabStanding>& standings, const std::string& lab);

}  // namespace toolkit::course
