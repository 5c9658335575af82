#pragma once

#include <filesystem>

namespace toolkit::course {

/// The two directories this program belongs to.
struct Tree {
  std::filesystem::path source;  ///< the clone
  std::filesystem::path build;   ///< where it was built: below the clone, or in the user's cache
};

/// The clone that was compiled, and the build directory that holds the running program.
Tree this_tree();

}  // namespace toolkit::course
