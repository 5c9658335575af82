#include "toolkit/course/blame.hpp"

#include "toolkit/test/test.hpp"

using toolkit::checks::Result;
using toolkit::checks::Verdict;
using toolkit::course::blame;

TEST_SUITE("unit") {
  TEST_CASE("blame: a file that does not compile is one FAIL, with its line") {
    const std::vector<Result> results =
        blame({.file = "labs/04-uts/uts.cpp",
               .line = 2,
               .text = "'x' was not declared in this scope",
               .source_line = "return x;"},
              {{.id = "04.1", .title = "a"}, {.id = "04.2", .title = "b"}});
    REQUIRE(results.size() == 2);
    CHECK(results[0].verdict == Verdict::fail);
    CHECK(results[0].seen == "'x' was not declared in this scope");
    CHECK(results[0].evidence == "labs/04-uts/uts.cpp:2\nreturn x;");
    CHECK(results[0].hint == "compile");
    CHECK(results[1].verdict == Verdict::blocked);
    CHECK(results[1].reason == "04.1");
  }

  TEST_CASE(
      "blame: what the toolkit has and a lab is to write is answered by a ladder of its own") {
    const auto hint_of = [](const std::string& text) {
      return blame({.file = {}, .text = text}, {{.id = "04.1", .title = "a"}}).at(0).hint;
    };
    CHECK(hint_of("undefined reference to `toolkit::set_hostname(std::string const&)'") ==
          "not-linked");
    CHECK(hint_of("undefined reference to `f()'") == "compile");
  }

  TEST_CASE("blame: an error of the linker has no place") {
    const std::vector<Result> results =
        blame({.file = {}, .text = "undefined reference to `f()'"}, {{.id = "04.1", .title = "a"}});
    CHECK(results.at(0).evidence.empty());
  }
}
