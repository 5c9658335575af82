#pragma once

#include <string>

#include "toolkit/course/progress.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct DiffOptions {
  std::string lab = {};  ///< empty: the one we are in
  Solution solution = Solution::hidden;
};

/// `lab diff`: yours against the solution, once yours has passed or was given up, which is noted. The
/// result is 1 when neither is so. Throws std::runtime_error when the solution is not in the clone.
int diff(const Tree& tree, const DiffOptions& options);

}  // namespace toolkit::course
