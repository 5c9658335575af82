#include "bench/lab_cost.hpp"

#include "bench/mechanism.hpp"
#include "toolkit/test/test.hpp"

using toolkit::bench::Cost;
using toolkit::bench::cost_of;
using toolkit::bench::LabCost;
using toolkit::bench::Pair;
using toolkit::bench::Sample;
using toolkit::bench::to_table;

namespace {

std::vector<Sample> samples(const std::vector<double>& walls) {
  std::vector<Sample> all;
  for (const double wall : walls) all.push_back({.wall = wall, .cpu = wall / 2});
  return all;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("lab cost: what is added is the median of the turns' differences") {
    const std::optional<Cost> cost =
        cost_of({.bare = samples({100, 200, 300}), .with = samples({110, 210, 390})});
    REQUIRE(cost);
    CHECK(cost->added == doctest::Approx(10));
    CHECK(cost->ratio == doctest::Approx(1.1));
    CHECK(cost->bare.median == doctest::Approx(200));
    CHECK(cost->with.median == doctest::Approx(210));
    CHECK(cost->with.cpu == doctest::Approx(105));
  }

  TEST_CASE("lab cost: a machine that slows down in between adds nothing") {
    const std::optional<Cost> cost =
        cost_of({.bare = samples({100, 100, 900, 900}), .with = samples({120, 120, 920, 920})});
    REQUIRE(cost);
    CHECK(cost->added == doctest::Approx(20));
    CHECK(cost->noise == doctest::Approx(0));
    CHECK(cost->is_clear());
  }

  TEST_CASE("lab cost: what is smaller than the turns differ by is not clear") {
    const std::optional<Cost> cost =
        cost_of({.bare = samples({100, 100, 100, 100}), .with = samples({60, 90, 114, 160})});
    REQUIRE(cost);
    CHECK(cost->added == doctest::Approx(2));
    CHECK_FALSE(cost->is_clear());
  }

  TEST_CASE("lab cost: what was not measured has none, and turns need partners") {
    CHECK_FALSE(cost_of({}));
    CHECK_FALSE(cost_of({.bare = samples({1}), .with = samples({1}), .absent = "no right to it"}));
    CHECK_THROWS_AS(static_cast<void>(cost_of({.bare = samples({1, 2}), .with = samples({1})})),
                    std::invalid_argument);
  }

  TEST_CASE("lab cost: the table has a row a lab, and says why one is empty") {
    const std::string table =
        to_table({{.number = "02", .name = "escape", .what = "nothing"},
                  {.number = "04",
                   .name = "uts",
                   .what = "a UTS namespace",
                   .operation = "uname",
                   .start = {.bare = samples({100, 100}), .with = samples({150, 150})},
                   .running = {.bare = samples({0.2, 0.2}), .with = samples({0.3, 0.3})}},
                  {.number = "08", .name = "net", .what = "lo", .start = {.absent = "EPERM"}}},
                 "What bare means.");
    CHECK(contains(table, "bare process"));
    CHECK(contains(table, "  04-uts         a UTS namespace"));
    CHECK(contains(table, "50      0      150      150       75    1.50\n"));
    CHECK(contains(table, "uname                                       200      300      300"));
    CHECK(contains(table,
                   "  08-net         lo                                      absent: EPERM\n"));
    CHECK(contains(table, "02-escape      nothing to measure"));
    CHECK(contains(table, "\nWhat bare means."));
  }

  TEST_CASE(
      "lab cost: each lab with a mechanism says what is done and what the kernel does for it") {
    std::string before;
    for (const toolkit::bench::Mechanism& lab : toolkit::bench::mechanisms()) {
      CAPTURE(lab.number);
      CHECK(lab.number > before);
      before = lab.number;
      CHECK(lab.what.size() <= 38);  // its column
      CHECK(lab.operation.size() <= 38);
      CHECK_FALSE(lab.running_why.empty());
      const bool is_something = lab.enter || lab.kinds != toolkit::Ns::none;
      CHECK(is_something == !lab.start_why.empty());
      CHECK(static_cast<bool>(lab.prepare) == !lab.operation.empty());
      CHECK(static_cast<bool>(lab.prepare) == (lab.times > 0));
    }
  }
}
