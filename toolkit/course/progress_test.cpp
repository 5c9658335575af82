#include "toolkit/course/progress.hpp"

#include <stdexcept>

#include "toolkit/course/test_course.hpp"
#include "toolkit/kernel/fd.hpp"

using toolkit::checks::Result;
using toolkit::checks::Verdict;
using toolkit::course::keep_version;
using toolkit::course::LabProgress;
using toolkit::course::latest_version;
using toolkit::course::note_results;
using toolkit::course::parse_progress;
using toolkit::course::read_progress;
using toolkit::course::Solution;
using toolkit::course::state_of;
using toolkit::course::update_progress;
using toolkit::test::Course;
using toolkit::test::TempDir;

namespace {

Result result(const std::string& id, Verdict verdict) {
  return {.id = id, .title = "t", .points = 1, .verdict = verdict};
}

using Dates = std::map<std::string, std::string>;

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("progress: what passed keeps its first date") {
    LabProgress progress;
    note_results(progress, {result("04.1", Verdict::pass), result("04.2", Verdict::fail)}, "one");
    CHECK(progress.passed == Dates{{"04.1", "one"}});
    CHECK(progress.completed.empty());
    note_results(progress, {result("04.1", Verdict::pass), result("04.2", Verdict::pass)}, "two");
    CHECK(progress.passed == Dates{{"04.1", "one"}, {"04.2", "two"}});
    CHECK(progress.completed == "two");
    note_results(progress, {result("04.1", Verdict::fail), result("04.2", Verdict::blocked)}, "3");
    CHECK(progress.completed == "two");
    CHECK(progress.passed.size() == 2);
    CHECK(progress.last.front().verdict == Verdict::fail);
  }

  TEST_CASE("progress: a skip does not hold a lab up, and skips alone complete none") {
    LabProgress progress;
    note_results(progress, {result("04.1", Verdict::skip)}, "one");
    CHECK(progress.completed.empty());
    note_results(progress, {result("04.1", Verdict::skip), result("04.2", Verdict::pass)}, "two");
    CHECK(progress.completed == "two");
  }

  TEST_CASE("progress: what is written is read") {
    const TempDir state;
    update_progress(state.at("new"), "04-uts", [](LabProgress& lab) {
      note_results(lab, {result("04.1", Verdict::pass)}, "one");
      lab.hints["same-namespace"] = 2;
      lab.solution = Solution::given_up;
    });
    update_progress(state.at("new"), "00-process", [](LabProgress& lab) { lab.hints["x"] = 1; });
    const auto progress = read_progress(state.at("new"));
    REQUIRE(progress.size() == 2);
    const LabProgress& lab = progress.at("04-uts");
    CHECK(lab.passed == Dates{{"04.1", "one"}});
    CHECK(lab.hints.at("same-namespace") == 2);
    CHECK(lab.solution == Solution::given_up);
    CHECK(lab.last.at(0).id == "04.1");
    CHECK(progress.at("00-process").solution == Solution::hidden);
  }

  TEST_CASE("progress: nothing is known of who has not begun, and a damaged file is named") {
    const TempDir state;
    CHECK(read_progress(state.path()).empty());
    const std::string file = state.file("progress.json", "{");
    CHECK_THROWS_WITH_AS(read_progress(state.path()), doctest::Contains(file.c_str()),
                         std::runtime_error);
  }

  TEST_CASE("progress: each version is kept once") {
    const Course course;
    const auto lab = course.lab();
    const std::filesystem::path state = course.at(".lab");
    course.write("labs/04-uts/uts.cpp", "one");
    const auto one =
        keep_version(state, lab, course.at("labs/04-uts"), "passed", "2026-11-24T23:55:01Z");
    CHECK(one == course.at(".lab/04-uts/passed-2026-11-24T23.55.01"));
    CHECK(keep_version(state, lab, course.at("labs/04-uts"), "passed", "2027") == one);
    course.write("labs/04-uts/uts.cpp", "two");
    const auto two =
        keep_version(state, lab, course.at("labs/04-uts"), "passed", "2026-11-24T23:55:01Z");
    CHECK(two != one);
    CHECK(toolkit::read_file(one / "uts.cpp") == "one");
    CHECK(toolkit::read_file(two / "uts.cpp") == "two");
    CHECK(latest_version(state, lab, "passed") == two);
    CHECK(latest_version(state, lab, "reset").empty());
  }

  TEST_CASE("progress: it lies in the clone") {
    const Course course;
    CHECK(state_of(course.tree()) == course.at(".lab"));
  }

  TEST_CASE("progress: it lies in the user's directory where the clone can't be written") {
    const toolkit::course::Tree tree{.source = "/proc/no clone", .build = "/proc/no clone/build"};
    CHECK(state_of(tree).native().ends_with("/cooperage/_proc_no clone"));
  }
}
