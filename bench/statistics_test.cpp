#include "bench/statistics.hpp"

#include <stdexcept>

#include "toolkit/test/test.hpp"

using toolkit::bench::median;
using toolkit::bench::paired_ratio;
using toolkit::bench::quantile;

TEST_SUITE("unit") {
  TEST_CASE("statistics: the median of an odd number is the one in the middle") {
    CHECK(median({9, 1, 5}) == doctest::Approx(5));
  }

  TEST_CASE("statistics: the median of an even number lies between the two in the middle") {
    CHECK(median({1, 2, 10, 100}) == doctest::Approx(6));
  }

  TEST_CASE("statistics: one outlier does not move the median") {
    CHECK(median({1, 1, 1, 1, 1000}) == doctest::Approx(1));
  }

  TEST_CASE("statistics: the tenth percentile of eleven values is the second smallest") {
    CHECK(quantile({10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 0.1) == doctest::Approx(1));
  }

  TEST_CASE("statistics: a quantile between two values divides them in proportion") {
    CHECK(quantile({0, 100}, 0.1) == doctest::Approx(10));
  }

  TEST_CASE("statistics: the ends are the smallest and the largest") {
    CHECK(quantile({3, 1, 2}, 0) == doctest::Approx(1));
    CHECK(quantile({3, 1, 2}, 1) == doctest::Approx(3));
  }

  TEST_CASE("statistics: no values have no median") {
    CHECK_THROWS_AS(median({}), std::invalid_argument);
  }

  TEST_CASE("statistics: a paired ratio is the median of the rounds' own ratios") {
    CHECK(paired_ratio({2, 30, 8}, {1, 10, 8}) == doctest::Approx(2));
  }

  TEST_CASE("statistics: a machine that slows down in between leaves a paired ratio as it is") {
    CHECK(paired_ratio({2, 2, 20, 200}, {1, 1, 10, 100}) == doctest::Approx(2));
  }

  TEST_CASE("statistics: rounds that lack a partner are refused") {
    CHECK_THROWS_AS(paired_ratio({1, 2}, {1}), std::invalid_argument);
  }
}
