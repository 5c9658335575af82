#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// Are unpacked images removed too? They are made again when they are needed.
enum class Images { kept, removed };

/// What is cleaned, and where that lies.
struct CleanOptions {
  Images images = Images::kept;
  std::string state;  ///< of containers that run
  std::string store;  ///< of unpacked images
};

/// The build trees of a clone that exist: its own and that of the running program. A directory that
/// CMake did not make for this clone is none.
std::vector<std::filesystem::path> build_trees(const Tree& tree);

/// Bytes of all files below a directory; links are not followed.
std::uintmax_t size_of(const std::filesystem::path& directory);

/// Ends what killed runners left, removes the build trees and says so. What the learner keeps in
/// .lab/ stays, and so does what a running container needs. The result is 1 when images should go
/// and cannot. Throws std::filesystem::filesystem_error.
int clean(const Tree& tree, const CleanOptions& options);

}  // namespace toolkit::course
