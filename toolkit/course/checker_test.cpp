#include "toolkit/course/checker.hpp"

#include <sys/stat.h>

#include <stdexcept>

#include "toolkit/course/test_course.hpp"
#include "toolkit/kernel/fd.hpp"

using toolkit::checks::Result;
using toolkit::checks::Verdict;
using toolkit::course::belongs_to;
using toolkit::course::Extent;
using toolkit::course::list_checks;
using toolkit::course::run_checks;
using toolkit::test::Course;

namespace {

/// A script as a program that prints these words.
std::string program(const Course& course, const std::string& words) {
  const std::string path = course.at("program");
  course.write("program", "#!/bin/sh\necho " + words + "\n");
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

/// A checker that lists two checks, and then does this.
std::string checker_that(const std::string& what) {
  return R"(#!/bin/bash
for word; do [ "$before" != --report ] || report=$word; before=$word; done
tell() { echo "{\"id\": \"$1\", \"title\": \"t\", \"points\": 1, \"needs\": [], \"verdict\": \"$2\"}" >&$report; }
if [ "$1" = --list ]; then tell 04.1 INFRA; tell 04.2 INFRA; exit; fi
)" + what +
         "\n";
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("checker: the checks are listed without a program") {
    const Course course;
    const auto listed = list_checks(course.tree(), course.lab());
    REQUIRE(listed.size() == 2);
    CHECK(listed[0].id == "04.1");
    CHECK(listed[1].title == "step 04.2");
  }

  TEST_CASE("checker: each result is handed on and returned") {
    const Course course;
    std::string seen;
    const auto results =
        run_checks(course.tree(), course.lab(),
                   {.program = program(course, "04.1"),
                    .on_result = [&](const Result& result) { seen += result.id + " "; }});
    REQUIRE(results.size() == 2);
    CHECK(results[0].verdict == Verdict::pass);
    CHECK(results[1].verdict == Verdict::fail);
    CHECK(results[1].hint == "no-04.2");
    CHECK(seen == "04.1 04.2 ");
  }

  TEST_CASE("checker: only what is asked for is run, and nothing else is missed") {
    const Course course;
    const auto results = run_checks(course.tree(), course.lab(),
                                    {.program = program(course, "04.2"), .only = {"04.2"}});
    REQUIRE(results.size() == 1);
    CHECK(results[0].verdict == Verdict::pass);
  }

  TEST_CASE("checker: it is told when the first check that fails is enough") {
    const Course course;
    const std::string told = course.at("told");
    course.set_checker(
        checker_that("echo \" $* \" >'" + told + "'; tell 04.1 PASS; tell 04.2 PASS"));
    static_cast<void>(
        run_checks(course.tree(), course.lab(), {.program = program(course, "04.1")}));
    CHECK(toolkit::read_file(told).find("--until-failure") == std::string::npos);
    static_cast<void>(
        run_checks(course.tree(), course.lab(),
                   {.program = program(course, "04.1"), .extent = Extent::until_failure}));
    CHECK(toolkit::read_file(told).find(" --until-failure ") != std::string::npos);
  }

  TEST_CASE("checker: what it did not tell of is its own fault, with its last words") {
    const Course course;
    course.set_checker(checker_that("tell 04.1 PASS; echo broken >&2; exit 3"));
    const auto results =
        run_checks(course.tree(), course.lab(), {.program = program(course, "04.1")});
    REQUIRE(results.size() == 2);
    CHECK(results[0].verdict == Verdict::pass);
    CHECK(results[1].verdict == Verdict::infra);
    CHECK(results[1].reason == "the checker told nothing of this: it ended with 3: broken");
  }

  TEST_CASE("checker: one that is killed is its own fault, though somebody holds its report") {
    const Course course;
    const std::string held = course.at("held");
    REQUIRE(::mkfifo(held.c_str(), 0600) == 0);
    course.set_checker(checker_that("read line <'" + held + "' & kill -9 $$"));
    const auto results =
        run_checks(course.tree(), course.lab(), {.program = program(course, "04.1")});
    const toolkit::Fd let_go = toolkit::open_file(held, O_WRONLY);
    REQUIRE(results.size() == 2);
    CHECK(results[1].reason == "the checker told nothing of this: signal 9 ended it");
  }

  TEST_CASE("checker: one that was not built is named") {
    const Course course;
    std::filesystem::remove(course.at("build/checks/04-uts"));
    CHECK_THROWS_WITH_AS(list_checks(course.tree(), course.lab()),
                         doctest::Contains("build/checks/04-uts was not built"),
                         std::runtime_error);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("checker: a step has the checks of its number") {
    CHECK(belongs_to("04.2", "04.2"));
    CHECK(belongs_to("04.2b", "04.2"));
    CHECK(belongs_to("04.2b", "04.2b"));
    CHECK_FALSE(belongs_to("04.21", "04.2"));
    CHECK_FALSE(belongs_to("04.2", "04.2b"));
  }
}
