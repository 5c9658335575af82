#include "bench/rounds.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace toolkit::bench {

std::vector<std::size_t> turns(std::size_t candidates, std::size_t round) {
  std::vector<std::size_t> order(candidates);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (round % 2 == 1) std::reverse(order.begin(), order.end());
  return order;
}

std::vector<std::size_t> shuffled_turns(std::size_t candidates, std::size_t round) {
  std::vector<std::size_t> order = turns(candidates, 0);
  std::mt19937 random(static_cast<std::mt19937::result_type>(round));
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

}  // namespace toolkit::bench
