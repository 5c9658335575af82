#pragma once

#include <string>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct BenchOptions {
  bool quick = false;     ///< fewer turns: a look, not a measurement
  std::string json = {};  ///< file for the numbers, or empty
};

/// `lab bench`: becomes cooper-bench, which measures what isolation costs. Returns only where that
/// was not built, with 69 (EX_UNAVAILABLE), having said what it needs.
int bench(const Tree& tree, const BenchOptions& options);

}  // namespace toolkit::course
