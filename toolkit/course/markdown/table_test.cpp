#include "toolkit/course/markdown/table.hpp"

#include <doctest/doctest.h>

namespace toolkit::course {
namespace {

using Widths = std::vector<std::size_t>;

TEST_SUITE("unit") {
  TEST_CASE("table: columns get what they want where there is room") {
    CHECK(fit_columns({3, 10}, 13) == Widths{3, 10});
  }

  TEST_CASE("table: the widest columns give, the narrow ones keep") {
    CHECK(fit_columns({3, 40, 40}, 43) == Widths{3, 20, 20});
    CHECK(fit_columns({3, 10, 40}, 43) == Widths{3, 10, 30});
  }

  TEST_CASE("table: all of the room is used") {
    CHECK(fit_columns({3, 40, 40}, 44) == Widths{3, 21, 20});
  }

  TEST_CASE("table: no column vanishes") { CHECK(fit_columns({5, 5, 5}, 2) == Widths{1, 1, 1}); }

  TEST_CASE("table: a row with too few cells has empty ones") {
    const std::vector<Line> lines = lay_out_table({{{{{"a"}}}, {{{"b"}}}}, {{{{"c"}}}}}, 20, "-");
    CHECK(paint(lines, Colour::no) == "a  b\n-  -\nc\n");
  }
}

}  // namespace
}  // namespace toolkit::course
