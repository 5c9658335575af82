#pragma once

#include <string>
#include <vector>

#include "toolkit/check/verdict.hpp"
#include "toolkit/course/catalogue.hpp"

namespace toolkit::course {

/// Are the checks of a step one line where all came to the same?
enum class Fold { no, yes };

/// One line of the list of a check's screen.
struct StepLine {
  checks::Verdict verdict = checks::Verdict::infra;
  std::string id = {};
  std::string title = {};
  std::string note = {};     ///< at its right
  std::string lacking = {};  ///< of a skip, below its last line: what is lacking …
  std::string remedy = {};   ///< … and what to do about it
};
std::vector<StepLine> step_lines(const Lab& lab, const std::vector<checks::Result>& results,
                                 Fold fold);

/// Something that was left behind, and the checks that found it: "03.1, 03.2".
struct FoundLeft {
  std::string found_by = {};
  checks::Leftover left = {};
};
/// Each left-over once, in the order in which they were found.
std::vector<FoundLeft> left_behind(const std::vector<checks::Result>& results);

/// "17.1a, 17.4c could not be looked at here."
std::string not_looked_at(const std::vector<checks::Result>& results);

/// What to type for what was skipped: as root where that is what was lacking.
std::string command_for_rest(const Lab& lab, const std::vector<checks::Result>& results);

/// "1 step", "2 steps".
std::string counted(std::size_t number, const char* what);

}  // namespace toolkit::course
