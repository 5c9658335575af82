#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// The build trees of a clone that exist: its own and that of the running program. A directory that
/// CMake did not make for this clone is none.
std::vector<std::filesystem::path> build_trees(const Tree& tree);

/// Bytes of all files below a directory; links are not followed.
std::uintmax_t size_of(const std::filesystem::path& directory);

/// Removes the build trees and says so; what the learner keeps in .lab/ stays. Throws
/// std::filesystem::filesystem_error.
int clean(const Tree& tree);

}  // namespace toolkit::course
