#pragma once

#include <filesystem>

namespace toolkit::course {

/// The two directories this program belongs to.
struct Tree {
  std::filesystem::path source;  ///< the clone
  std::filesystem::path build;   ///< where it was built: below the clone, or in the user's cache
};

/// The build directory that holds the running program, and the clone around it, or else the one that was
/// compiled.
Tree this_tree();

}  // namespace toolkit::course
