#pragma once

#include <cstddef>
#include <vector>

namespace toolkit::bench {

/// Whose turn it is in one round: A B C, then C B A. What drifts meets both ends alike, and none
/// always follows the same one.
std::vector<std::size_t> turns(std::size_t candidates, std::size_t round);

/// The same for many candidates that leave each other something to do: in an order that looks random and
/// is the same in every run, so that over the rounds each follows each.
std::vector<std::size_t> shuffled_turns(std::size_t candidates, std::size_t round);

}  // namespace toolkit::bench
