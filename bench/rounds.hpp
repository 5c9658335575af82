#pragma once

#include <cstddef>
#include <vector>

namespace toolkit::bench {

/// Whose turn it is in one round: A B C, then C B A. What drifts meets both ends alike, and none
/// always follows the same one.
std::vector<std::size_t> turns(std::size_t candidates, std::size_t round);

}  // namespace toolkit::bench
