#pragma once

#include <string>
#include <vector>

#include "toolkit/check/verdict.hpp"
#include "toolkit/course/mutants.hpp"

namespace toolkit::course {

/// Did a subject of a lab do what the course promises of it? `skipped`: this machine can't tell.
enum class Holds { yes, no, skipped };

/// The judgement of one subject.
struct Judgement {
  Holds holds = Holds::no;
  std::string why;  ///< one line
};

/// A starter passes nothing: its first open step is what fails first, with the hint `not-started`.
Judgement judge_starter(const std::vector<checks::Result>& results);
/// With these steps written all of their checks pass, and the open one is what fails first, with the
/// hint `not-started`; a check of a later step passes nowhere.
Judgement judge_partial(const std::vector<std::string>& written, const std::string& open,
                        const std::vector<checks::Result>& results);
/// A solution passes everything and leaves nothing behind.
Judgement judge_solution(const std::vector<checks::Result>& results);
/// A mutant fails first where it says, and is answered by the hint that it says.
Judgement judge_mutant(const Mutant& mutant, const std::vector<checks::Result>& results);

}  // namespace toolkit::course
