#include "toolkit/course/suite.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace toolkit::course;  // NOLINT

namespace {

const std::vector<SuiteTest>& suite() {
  static const std::vector<SuiteTest> tests{
      {.number = 1, .name = "fd: closes once", .labels = {"unit"}},
      {.number = 2, .name = "mount: binds [root]", .labels = {"kernel"}},
      {.number = 3, .name = "run: 100 kills", .labels = {"long", "tool"}}};
  return tests;
}

std::vector<int> numbers(const std::vector<std::string>& names,
                         LongTests long_tests = LongTests::left_out) {
  std::vector<int> found;
  for (const SuiteTest& test : select(suite(), names, long_tests)) found.push_back(test.number);
  return found;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("suite: names and labels are read in ctest's order") {
    const auto tests = read_suite(R"({"tests": [{"name": "a", "properties": []},
      {"name": "b", "properties": [{"name": "LABELS", "value": ["unit", "long"]}]}]})");
    REQUIRE(tests.size() == 2);
    CHECK(tests[0].number == 1);
    CHECK(tests[0].labels.empty());
    CHECK(tests[1].name == "b");
    CHECK(tests[1].labels == std::vector<std::string>{"unit", "long"});
  }

  TEST_CASE("suite: what is no list of tests is an error") {
    CHECK_THROWS_AS(read_suite("Internal error"), std::runtime_error);
    CHECK_THROWS_AS(read_suite("{}"), std::runtime_error);
  }

  TEST_CASE("suite: no name means all but the long ones") {
    CHECK(numbers({}) == std::vector<int>{1, 2});
  }

  TEST_CASE("suite: long ones come when they are asked for") {
    CHECK(numbers({}, LongTests::included) == std::vector<int>{1, 2, 3});
  }

  TEST_CASE("suite: a part of the name is enough and is no pattern") {
    CHECK(numbers({"[root]"}) == std::vector<int>{2});
  }

  TEST_CASE("suite: a label takes all that carry it") {
    CHECK(numbers({"unit"}) == std::vector<int>{1});
  }

  TEST_CASE("suite: several names add up") {
    CHECK(numbers({"fd:", "mount:"}) == std::vector<int>{1, 2});
  }

  TEST_CASE("suite: a long test that is named in full is run") {
    CHECK(numbers({"run: 100 kills"}) == std::vector<int>{3});
  }

  TEST_CASE("suite: a name that nobody has selects nothing") { CHECK(numbers({"nosuch"}).empty()); }

  TEST_CASE("suite: ctest gets single numbers and no range") {
    CHECK(numbers_for_ctest(suite()) == "0,0,0,1,2,3");
  }

  TEST_CASE("suite: the end of a test is read with ctest's word for it") {
    const auto ended = read_ended("12/90 Test  #6: fd: a.b #7 .......***Timeout   1.00 sec");
    REQUIRE(ended);
    CHECK(ended->number == 6);
    CHECK(ended->state == "Timeout");
  }

  TEST_CASE("suite: a state of two words is read whole") {
    const auto ended = read_ended("7/9 Test #7: crash .......***Exception: SegFault  0.00 sec");
    REQUIRE(ended);
    CHECK(ended->state == "Exception: SegFault");
  }

  TEST_CASE("suite: a passed test is told as passed") {
    const auto ended =
        read_ended("1/9 Test #1: good .............................   Passed    0.00 sec");
    REQUIRE(ended);
    CHECK(ended->state == "Passed");
  }

  TEST_CASE("suite: other lines tell no end") {
    CHECK(!read_ended("    Start 1: good"));
    CHECK(!read_ended("Test project /tmp/x"));
    CHECK(!read_ended(""));
    CHECK(!read_ended("100% tests passed, 0 tests failed out of 8"));
  }
}
