#include "toolkit/check/report.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace toolkit::checks {

TEST_SUITE("unit") {
  TEST_CASE("a result comes back from its line as it was") {
    const Result result{.id = "04.2a",
                        .title = "a name",
                        .points = 2,
                        .needs = {"04.1"},
                        .verdict = Verdict::fail,
                        .did = "uts -- /w/probe",
                        .expected = "another inode",
                        .seen = "the same",
                        .evidence = "/proc/P/ns/uts",
                        .hint = "same-namespace",
                        .reason = "r",
                        .left = {{"a mount", "umount /x"}},
                        .explained = {"unshare(0) = 0"},
                        .seconds = 0.25};
    const Result back = result_from_json(to_json(result));
    CHECK(to_json(back) == to_json(result));
    CHECK(back.verdict == Verdict::fail);
    CHECK(back.left == result.left);
    CHECK(back.explained == result.explained);
  }
  TEST_CASE("bytes of a learner's program that are no UTF-8 do not break the line") {
    const Result result{
        .id = "1", .title = "t", .verdict = Verdict::fail, .seen = "\xff\n\x1b[31m"};
    const std::string line = to_json(result);
    CHECK(line.find('\n') == line.npos);
    CHECK(result_from_json(line).seen == "\xef\xbf\xbd\n\x1b[31m");
  }
  TEST_CASE("a line that is no result is an error") {
    CHECK_THROWS_AS(result_from_json("{"), std::runtime_error);
    CHECK_THROWS_AS(result_from_json("{}"), std::runtime_error);
    CHECK_THROWS_AS(
        result_from_json(R"({"id":"1","title":"","points":0,"needs":[],"verdict":"OK"})"),
        std::runtime_error);
  }
}

}  // namespace toolkit::checks
