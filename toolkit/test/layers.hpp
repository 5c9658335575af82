#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "toolkit/test/house_rules.hpp"

namespace toolkit::test {

/// Judges the C++ files below toolkit/, solutions/ and bench/ of a tree by the rules, and the checks
/// below labs/: what else is there belongs to learners.
/// Each violation is one line, "toolkit/kernel/fd.hpp:3: what is wrong"; none is an empty list.
std::vector<std::string> violations(const std::filesystem::path& tree, const HouseRules& rules);

}  // namespace toolkit::test
