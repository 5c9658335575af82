#include "toolkit/course/learn/pager.hpp"

#include <doctest/doctest.h>

namespace toolkit::course {
namespace {

TEST_SUITE("unit") {
  TEST_CASE("pager: only a terminal has one") {
    CHECK(!choose_pager(false, "more", true));
    CHECK(choose_pager(true, nullptr, true) == "less -R");
  }

  TEST_CASE("pager: the reader's own goes first") {
    CHECK(choose_pager(true, "more -d", true) == "more -d");
  }

  TEST_CASE("pager: none is wanted, or there is none") {
    CHECK(!choose_pager(true, "", true));
    CHECK(!choose_pager(true, " cat ", true));
    CHECK(!choose_pager(true, nullptr, false));
  }
}

}  // namespace
}  // namespace toolkit::course
