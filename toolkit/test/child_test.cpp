#include "toolkit/test/child.hpp"

#include <signal.h>

#include <stdexcept>

#include "toolkit/test/test.hpp"

using toolkit::test::in_child;

TEST_SUITE("unit") {
  TEST_CASE("child: a check that holds there holds here") {
    in_child([] { CHECK(true); });
  }

  TEST_CASE("child: a check that fails there fails the case" * doctest::should_fail()) {
    in_child([] { CHECK(false); });
  }

  TEST_CASE("child: a requirement that fails there ends it and fails the case" *
            doctest::should_fail()) {
    in_child([] { REQUIRE(false); });
  }

  TEST_CASE("child: one that dies of a signal fails the case" * doctest::should_fail()) {
    in_child([] { ::raise(SIGKILL); });
  }

  TEST_CASE("child: what it throws is thrown here") {
    CHECK_THROWS_WITH_AS(in_child([] { throw std::runtime_error("no such thing"); }),
                         "no such thing", std::runtime_error);
  }
}
