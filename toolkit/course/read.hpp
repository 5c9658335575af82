#pragma once

#include <string>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct ReadOptions {
  std::string lab = {};  ///< empty: the one we are in
};

/// `lab read`: shows a lab's guide. Throws std::runtime_error when there is none.
int read(const Tree& tree, const ReadOptions& options);

}  // namespace toolkit::course
