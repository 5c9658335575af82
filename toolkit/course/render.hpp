#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolkit/check/verdict.hpp"
#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/learn/outcome.hpp"
#include "toolkit/course/screen/look.hpp"

namespace toolkit::course {

/// A step of a ladder of hints.
struct Rung {
  std::string text = {};
  int number = 1;  ///< of three
};

/// What a check of a lab came to: all that its screen is made of.
struct Report {
  std::vector<checks::Result> results = {};
  std::string compile_error = {};          ///< the compiler's first error, if there is one
  std::vector<std::string> warnings = {};  ///< the compiler's, of a program that it took
  std::optional<Rung> hint = {};           ///< of the first check that failed
  double compile_seconds = 0;
  double check_seconds = 0;
};

/// The screen of a check: a line a step, the first that failed explained, the closing line. Pure.
std::string render_check(const Lab& lab, const Report& report, const Look& look);

/// One hint alone, with the step that it is for. Pure.
std::string render_hint(const Lab& lab, const checks::Result& failed, const Rung& rung,
                        const Look& look);

}  // namespace toolkit::course
