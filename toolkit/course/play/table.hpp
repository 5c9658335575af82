#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "toolkit/course/play/view.hpp"

namespace toolkit::course {

/// A step as text: what was done, and what the process sees then; a line that is not as before is
/// marked, with the lab that teaches it. Pure.
std::string step_table(std::size_t stage, const View& before, const View& after);

/// A step with its view, for JSON.
struct Seen {
  std::size_t stage = 0;
  View before = {};
  View after = {};
};
/// All of it as one JSON array, an object a step. Pure.
std::string to_json(const std::vector<Seen>& steps);

}  // namespace toolkit::course
