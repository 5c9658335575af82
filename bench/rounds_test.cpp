#include "bench/rounds.hpp"

#include <algorithm>
#include <set>

#include "toolkit/test/test.hpp"

using toolkit::bench::shuffled_turns;
using toolkit::bench::turns;

TEST_SUITE("unit") {
  TEST_CASE("rounds: the first goes forward") {
    CHECK(turns(3, 0) == std::vector<std::size_t>{0, 1, 2});
  }

  TEST_CASE("rounds: the second goes backward") {
    CHECK(turns(3, 1) == std::vector<std::size_t>{2, 1, 0});
  }

  TEST_CASE("rounds: the third goes forward again") { CHECK(turns(3, 2) == turns(3, 0)); }

  TEST_CASE("rounds: shuffled, each has one turn, and the order is that of the round") {
    const std::vector<std::size_t> order = shuffled_turns(5, 7);
    std::vector<std::size_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    CHECK(sorted == turns(5, 0));
    CHECK(order == shuffled_turns(5, 7));
  }

  TEST_CASE("rounds: shuffled, over the rounds each follows each") {
    std::set<std::pair<std::size_t, std::size_t>> followed;
    for (std::size_t round = 0; round < 100; ++round) {
      const std::vector<std::size_t> order = shuffled_turns(4, round);
      for (std::size_t i = 1; i < order.size(); ++i) followed.emplace(order[i - 1], order[i]);
    }
    CHECK(followed.size() == 4 * 3);
  }
}
