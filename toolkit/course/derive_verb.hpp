#pragma once

#include <string>
#include <vector>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

enum class Derive {
  write,  ///< the starters into labs/; what they replace is kept
  check,  ///< only compare
  build,  ///< into the build tree, as a part of the build
};

struct DeriveOptions {
  std::vector<std::string> labs = {};  ///< all when empty
  Derive what = Derive::write;
};

/// Derives starters from solutions. The result is 1 when one that is compared differs.
int derive(const Tree& tree, const DeriveOptions& options);

}  // namespace toolkit::course
