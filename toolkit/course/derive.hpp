#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::course {

/// The lines of a solution that a learner writes: from the comment that marks the step to the end
/// of the block around it.
struct StepRegion {
  std::string id;     ///< "04.2"
  std::string what;   ///< what the comment says
  std::size_t first;  ///< where the comment's line begins
  std::size_t last;   ///< where the line of the closing brace begins
  std::size_t line;   ///< the comment's line, from 1
};

/// The steps of a source, as "// step 04.2: what to do" marks them. Throws std::runtime_error,
/// "solutions/04-uts/uts.cpp:12: …", where a mark is malformed, stands twice, holds nothing, or
/// begins inside another step. `number` is the lab's: "04".
std::vector<StepRegion> find_steps(std::string_view solution, std::string_view number,
                                   const std::string& file);

/// The starter: the solution, with a call of todo() in the place of each step but those `written`.
std::string derive_starter(std::string_view solution, std::string_view number,
                           const std::string& file, const std::vector<std::string>& written = {});

}  // namespace toolkit::course
