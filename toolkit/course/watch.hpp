#pragma once

#include <string>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct WatchOptions {
  std::string lab = {};  ///< empty: the one we are in
};

/// `lab watch`: checks at each save, until q is pressed. The keys n and e ask for the next hint and for
/// the failing call. The result is 2 where there is no terminal.
int watch(const Tree& tree, const WatchOptions& options);

}  // namespace toolkit::course
