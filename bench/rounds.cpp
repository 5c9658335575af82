#include "bench/rounds.hpp"

#include <algorithm>
#include <numeric>

namespace toolkit::bench {

std::vector<std::size_t> turns(std::size_t candidates, std::size_t round) {
  std::vector<std::size_t> order(candidates);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (round % 2 == 1) std::reverse(order.begin(), order.end());
  return order;
}

}  // namespace toolkit::bench
