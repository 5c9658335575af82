#include "toolkit/course/suggest.hpp"

#include <doctest/doctest.h>

using namespace toolkit::course;  // NOLINT

TEST_SUITE("unit") {
  TEST_CASE("suggest: equal words have no distance") { CHECK(distance("demo", "demo") == 0); }

  TEST_CASE("suggest: one letter more or less or other is one") {
    CHECK(distance("demo", "demos") == 1);
    CHECK(distance("demo", "dmo") == 1);
    CHECK(distance("demo", "dema") == 1);
  }

  TEST_CASE("suggest: two letters swapped are one") { CHECK(distance("test", "tset") == 1); }

  TEST_CASE("suggest: from nothing it takes all letters") { CHECK(distance("", "demo") == 4); }

  TEST_CASE("suggest: the nearest word is meant") {
    CHECK(suggest("clena", {"demo", "clean", "completion"}) == "clean");
  }

  TEST_CASE("suggest: a far word is not meant") {
    CHECK(!suggest("frobnicate", {"demo", "clean"}));
  }

  TEST_CASE("suggest: without words there is no suggestion") { CHECK(!suggest("demo", {})); }
}
