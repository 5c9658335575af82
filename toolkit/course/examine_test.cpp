#include "toolkit/course/examine.hpp"

#include "toolkit/course/test_course.hpp"

using toolkit::checks::Verdict;
using toolkit::course::examine;
using toolkit::course::Examined;
using toolkit::test::Course;

TEST_SUITE("tool") {
  TEST_CASE("examine: the learner's program is compiled and checked") {
    const Course course;
    course.write("labs/04-uts/uts.cpp", "#include <cstdio>\nint main() { std::puts(\"04.1\"); }\n");
    const Examined examined = examine(course.tree(), course.lab(), {});
    REQUIRE(examined.results.size() == 2);
    CHECK(examined.compiled > 0);
    CHECK(examined.results[0].verdict == Verdict::pass);
    CHECK(examined.results[1].verdict == Verdict::fail);
    CHECK(examine(course.tree(), course.lab(), {}).compiled == 0);
  }

  TEST_CASE("examine: a file that does not compile is one FAIL, with its line") {
    const Course course;
    course.write("labs/04-uts/uts.cpp", "int main() {\n  return x;\n}\n");
    std::size_t told = 0;
    const Examined examined = examine(course.tree(), course.lab(),
                                      {.on_result = [&](const auto& /*result*/) { ++told; }});
    REQUIRE(examined.results.size() == 2);
    CHECK(told == 2);
    CHECK(examined.results[0].verdict == Verdict::fail);
    CHECK(examined.results[0].seen == "'x' was not declared in this scope");
    CHECK(examined.results[0].evidence == "labs/04-uts/uts.cpp:2\nreturn x;");
    CHECK(examined.results[0].hint == "compile");
    CHECK(examined.results[1].verdict == Verdict::blocked);
    CHECK(examined.results[1].reason == "04.1");
  }
}
