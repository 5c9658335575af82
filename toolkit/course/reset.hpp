#pragma once

#include <string>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct ResetOptions {
  std::string lab = {};  ///< empty: the one we are in
};

/// `lab reset`: puts the starter back; a copy of what was there is kept, and its place told. Throws
/// std::runtime_error when no starter can be made.
int reset(const Tree& tree, const ResetOptions& options);

}  // namespace toolkit::course
