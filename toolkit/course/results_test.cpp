#include "toolkit/course/results.hpp"

#include <doctest/doctest.h>

using namespace toolkit::course;  // NOLINT

TEST_SUITE("unit") {
  TEST_CASE("results: each verdict is counted apart") {
    const std::vector<TestResult> results{{.name = "a", .verdict = Verdict::passed},
                                          {.name = "b", .verdict = Verdict::failed},
                                          {.name = "c", .verdict = Verdict::skipped},
                                          {.name = "d", .verdict = Verdict::passed}};
    CHECK(count(results) == Counts{.passed = 2, .failed = 1, .skipped = 1});
  }

  TEST_CASE("results: the closing line names all three counts") {
    CHECK(closing_line({.passed = 12, .failed = 0, .skipped = 3}) ==
          "12 passed, 0 failed, 3 skipped");
  }

  TEST_CASE("results: a skip stays one where skips are allowed") {
    const auto judged = judge({{.name = "a", .verdict = Verdict::skipped}}, Skips::allowed);
    CHECK(judged.front().verdict == Verdict::skipped);
  }

  TEST_CASE("results: where nothing may be left out a skip is a failure with its reason") {
    const auto judged =
        judge({{.name = "a", .verdict = Verdict::skipped, .reason = "no FUSE"}}, Skips::failures);
    CHECK(judged.front().verdict == Verdict::failed);
    CHECK(judged.front().reason == "skipped, where no skip is allowed: no FUSE");
  }

  TEST_CASE("results: the report shows what a failure printed and why a skip was one") {
    const std::string text =
        report({{.name = "good", .verdict = Verdict::passed, .output = "x"},
                {.name = "bad", .seconds = 1.25, .output = "one\ntwo\n"},
                {.name = "off", .verdict = Verdict::skipped, .reason = "why"}});
    CHECK(text == "✗ bad (1.2 s)\n    one\n    two\n- off: why\n");
  }

  TEST_CASE("results: when all passed there is nothing to report") {
    CHECK(report({{.name = "good", .verdict = Verdict::passed, .output = "x"}}).empty());
  }
}
