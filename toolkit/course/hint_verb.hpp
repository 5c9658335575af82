#pragma once

#include <string>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct HintOptions {
  std::string lab = {};  ///< empty: the one we are in
};

/// `lab hint`: tells the next rung of the ladder that answers the step that failed last. The result is 1
/// when there is nothing to hint at yet.
int hint(const Tree& tree, const HintOptions& options);

}  // namespace toolkit::course
