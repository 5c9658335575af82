#include "toolkit/course/demo/table.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

Sight sight(const std::string& mark) {
  return {.pid = mark,
          .hostname = mark,
          .processes = mark,
          .mounts = mark,
          .root = mark,
          .network = mark,
          .users = mark,
          .devices = mark,
          .capabilities = mark};
}

TEST_SUITE("unit") {
  TEST_CASE("demo: each line has both sights and names a lab") {
    const std::string table = side_by_side(sight("of-host"), sight("of-guest"));
    const auto rows = lines(table);
    REQUIRE(rows.size() == 10);
    for (std::size_t row = 1; row < rows.size(); ++row) {
      CHECK(rows[row].find("of-host") != std::string_view::npos);
      CHECK(rows[row].find("of-guest") != std::string_view::npos);
      CHECK(std::any_of(rows[row].end() - 12, rows[row].end(), [](char c) { return c >= 'a'; }));
    }
  }

  TEST_CASE("demo: a long or hostile name keeps the table within eighty columns") {
    for (const std::string_view row :
         lines(side_by_side(sight(std::string(300, 'x')), sight("\x1b[2J")))) {
      CHECK(row.size() <= 82);  // two bytes of an ellipsis are one column
      CHECK(row.find('\x1b') == std::string_view::npos);
    }
  }

  TEST_CASE("demo: without a container the host is shown alone") {
    const std::string table = side_by_side(sight("of-host"), {});
    CHECK(table.find("the container sees") == std::string::npos);
    CHECK(table.find("of-host") != std::string::npos);
  }
}

}  // namespace
}  // namespace toolkit::course
