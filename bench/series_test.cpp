#include "bench/series.hpp"

#include "toolkit/test/test.hpp"

using toolkit::bench::Family;
using toolkit::bench::Pairing;
using toolkit::bench::summarize;
using toolkit::bench::Summary;

namespace {

Family three_rounds() {
  return {.title = "starting",
          .series = {{.name = "bare process", .samples = {{1, 1}, {10, 1}, {100, 1}}},
                     {.name = "bwrap", .samples = {{2, 4}, {20, 4}, {200, 4}}},
                     {.name = "cooper", .samples = {{3, 3}, {60, 3}, {100, 3}}}}};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("series: median and tenth percentile are of its own samples") {
    const Summary summary = summarize(three_rounds(), three_rounds().series[2]).value();
    CHECK(summary.median == doctest::Approx(60));
    CHECK(summary.p10 == doctest::Approx(3 + 0.2 * 57));
    CHECK(summary.cpu == doctest::Approx(3));
  }

  TEST_CASE("series: in rounds a ratio is taken round by round") {
    const Summary summary = summarize(three_rounds(), three_rounds().series[2]).value();
    CHECK(summary.to_baseline == doctest::Approx(3));
    CHECK(summary.to_peer == doctest::Approx(1.5));
    CHECK(summary.cpu_to_peer == doctest::Approx(0.75));
  }

  TEST_CASE("series: without rounds a ratio is one of medians") {
    Family family = three_rounds();
    family.pairing = Pairing::medians;
    family.series[2].samples = {{50, 1}};
    CHECK(summarize(family, family.series[2])->to_baseline == doctest::Approx(5));
  }

  TEST_CASE("series: one that was not measured has no summary") {
    CHECK_FALSE(summarize(three_rounds(), {.name = "crun", .absent = "not installed"}));
  }

  TEST_CASE("series: there is no ratio to a peer that is absent") {
    Family family = three_rounds();
    family.series[1] = {.name = "bwrap", .absent = "not installed"};
    const Summary summary = summarize(family, family.series[2]).value();
    CHECK_FALSE(summary.to_peer);
    CHECK(summary.to_baseline == doctest::Approx(3));
  }
}
