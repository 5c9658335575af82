#pragma once

#include <string>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

enum class Suite {
  all,      ///< processes and containers
  labs,     ///< what the mechanism of each lab costs
  predict,  ///< the same of one lab, once a learner has said what they think
};

struct BenchOptions {
  Suite suite = Suite::all;
  std::string lab = {};   ///< of Suite::predict: its number, name or folder
  bool quick = false;     ///< fewer turns: a look, not a measurement
  std::string json = {};  ///< file for the numbers, or empty; "-" is stdout
};

/// `lab bench`: becomes the program that measures. Returns only where that was not built, with 69
/// (EX_UNAVAILABLE), having said what it needs.
int bench(const Tree& tree, const BenchOptions& options);

}  // namespace toolkit::course
