#include "bench/rounds.hpp"

#include "toolkit/test/test.hpp"

using toolkit::bench::turns;

TEST_SUITE("unit") {
  TEST_CASE("rounds: the first goes forward") {
    CHECK(turns(3, 0) == std::vector<std::size_t>{0, 1, 2});
  }

  TEST_CASE("rounds: the second goes backward") {
    CHECK(turns(3, 1) == std::vector<std::size_t>{2, 1, 0});
  }

  TEST_CASE("rounds: the third goes forward again") { CHECK(turns(3, 2) == turns(3, 0)); }
}
