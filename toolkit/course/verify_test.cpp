#include "toolkit/course/verify.hpp"

#include "toolkit/course/test_course.hpp"

using toolkit::course::all_hold;
using toolkit::course::Holds;
using toolkit::course::kill_matrix;
using toolkit::course::Kind;
using toolkit::course::Mutant;
using toolkit::course::to_json;
using toolkit::course::Verified;
using toolkit::course::verified_from_json;
using toolkit::course::verify;
using toolkit::course::verify_report;
using toolkit::course::verify_subject;
using toolkit::test::Course;

namespace {

Mutant prints_nothing() {
  return {.name = "prints-nothing",
          .why = "",
          .file = "uts.cpp",
          .find = "std::puts(\"04.2\");",
          .replace = "",
          .caught_by = "04.2",
          .hint = "no-04.2"};
}

/// What is said of a mutant of the course's solution.
std::string said(const Course& course, const Mutant& mutant) {
  return verify_subject(course.tree(), course.lab(), {.kind = Kind::mutant, .mutant = mutant})
      .judgement.why;
}

Verified verified(const std::string& lab, Kind kind, const std::string& name, Holds holds,
                  const std::string& why) {
  return {.lab = lab, .kind = kind, .name = name, .judgement = {.holds = holds, .why = why}};
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("verify: the starter fails, the solution passes, a mutant is caught") {
    const Course course;
    const auto starter = verify_subject(course.tree(), course.lab(), {.kind = Kind::starter});
    CHECK(starter.judgement.why == "fails at 04.1");
    CHECK(starter.judgement.holds == Holds::yes);
    const auto partial = verify_subject(
        course.tree(), course.lab(), {.kind = Kind::partial, .written = {"04.1"}, .open = "04.2"});
    CHECK(partial.name == "up-to-04.1");
    CHECK(partial.judgement.why == "fails at 04.2");
    CHECK(partial.judgement.holds == Holds::yes);
    const auto solution = verify_subject(course.tree(), course.lab(), {.kind = Kind::solution});
    CHECK(solution.judgement.why == "2 of 2 pass");
    CHECK(solution.judgement.holds == Holds::yes);
    CHECK(said(course, prints_nothing()) == "fails at 04.2 with 'no-04.2'");
  }

  TEST_CASE("verify: a mutant that is none, that survives, or that does not compile") {
    const Course course;
    Mutant mutant = prints_nothing();
    mutant.find = "frobnicate";
    CHECK(said(course, mutant) == "what it changes stands 0 times in uts.cpp, not once");
    mutant.find = "04.2";
    CHECK(said(course, mutant) == "what it changes stands 3 times in uts.cpp, not once");
    mutant.file = "other.cpp";
    CHECK(said(course, mutant) == "there is no file other.cpp");
    mutant = prints_nothing();
    mutant.replace = "std::puts(\"04.2 all the same\");";
    CHECK(said(course, mutant) == "survives");
    mutant.replace = "return 1;";
    CHECK(said(course, mutant).starts_with("does not compile: labs/04-uts/uts.cpp:9: "));
  }

  TEST_CASE("verify: a solution that warns, or fails, does not hold") {
    const Course course;
    course.write("solutions/04-uts/uts.cpp", "int main() {\n  // step 04.1: x\n  int unused;\n}\n");
    const auto solution = verify_subject(course.tree(), course.lab(), {.kind = Kind::solution});
    CHECK(solution.judgement.holds == Holds::no);
    CHECK(solution.judgement.why.starts_with("does not compile: labs/04-uts/uts.cpp:3: "));
    course.write("solutions/04-uts/uts.cpp", "int main() {\n  // step 04.1: x\n  return 0;\n}\n");
    CHECK(verify_subject(course.tree(), course.lab(), {.kind = Kind::solution}).judgement.why ==
          "04.1 fails:  (no-04.1)");
  }

  TEST_CASE("verify: all of a lab at once, and a learner's edits are not looked at") {
    const Course course;
    course.write("labs/04-uts/uts.cpp", "mine, and broken");
    course.write("solutions/04-uts/mutants.yaml",
                 "- name: prints-nothing\n  why: w\n  file: uts.cpp\n  find: std::puts(\"04.2\");\n"
                 "  replace: \"\"\n  caught_by: \"04.2\"\n  hint: no-04.2\n");
    CHECK(verify(course.tree(), {}) == 0);
    CHECK(course.read("labs/04-uts/uts.cpp") == "mine, and broken");
    course.write("solutions/04-uts/mutants.yaml",
                 "- name: prints-nothing\n  why: w\n  file: uts.cpp\n  find: std::puts(\"04.2\");\n"
                 "  replace: \"\"\n  caught_by: \"04.2\"\n  hint: another\n");
    CHECK(verify(course.tree(), {}) == 1);
    CHECK(mutants(course.tree(), {.lab = "04"}) == 1);
  }

  TEST_CASE("verify: mutants of a file are tried too") {
    const Course course;
    course.write(
        "more.yaml",
        "- name: mine\n  why: w\n  file: uts.cpp\n  find: \"  first();\"\n  replace: \"\"\n"
        "  caught_by: \"04.1\"\n  hint: no-04.1\n");
    CHECK(mutants(course.tree(), {.lab = "04", .from = course.at("more.yaml")}) == 0);
    // None at all proves nothing.
    CHECK(mutants(course.tree(), {.lab = "04"}) == 1);
  }
}

TEST_SUITE("unit") {
  TEST_CASE("verify: the report counts skips apart") {
    const std::vector<Verified> subjects = {
        verified("04-uts", Kind::starter, "starter", Holds::yes, "fails at 04.1"),
        verified("04-uts", Kind::partial, "up-to-04.1", Holds::yes, "fails at 04.2"),
        verified("04-uts", Kind::solution, "solution", Holds::yes, "2 of 2 pass"),
        verified("04-uts", Kind::mutant, "a", Holds::yes, "fails"),
        verified("04-uts", Kind::mutant, "b", Holds::skipped, "04.2 is skipped: x")};
    CHECK(verify_report(subjects) ==
          "04-uts\n  ✓ starter     fails at 04.1\n  ✓ up-to-04.1  fails at 04.2\n"
          "  ✓ solution    2 of 2 pass\n  ✓ a           fails\n"
          "  – b           04.2 is skipped: x\n\n"
          "1 of 1 starters fail, 1 of 1 go as far as they are written, 1 of 1 solutions pass, "
          "1 of 1 mutants are caught (1 skipped)\n");
    CHECK(all_hold(subjects));
    CHECK_FALSE(all_hold({verified("04-uts", Kind::mutant, "a", Holds::no, "survives")}));
    CHECK_FALSE(all_hold({}));
  }

  TEST_CASE("verify: where nothing can be judged, a test is told that it was skipped") {
    CHECK(verify_report({verified("04-uts", Kind::starter, "starter", Holds::skipped, "why")})
              .find("\nSKIPPED: why\n") != std::string::npos);
  }

  TEST_CASE("verify: the kill matrix has a row for each mutant and a column for each check") {
    using toolkit::checks::Verdict;
    Verified a = verified("04-uts", Kind::mutant, "a", Holds::yes, "fails at 04.1 with 'h'");
    a.results = {{.id = "04.1", .title = "t", .verdict = Verdict::fail},
                 {.id = "04.2", .title = "t", .verdict = Verdict::blocked}};
    const Verified bad = verified("04-uts", Kind::mutant, "bad", Holds::no, "survives");
    CHECK(
        kill_matrix({a, bad}) ==
        "        1   2  \n  ✓ a   ✗   ·  \n  ✗ bad\n      survives\n\n1 of 2 mutants are caught\n");
  }

  TEST_CASE("verify: what was verified goes through JSON unchanged") {
    Verified before = verified("04-uts", Kind::guest, "a", Holds::skipped, "why");
    before.caught_by = "04.2";
    before.hint = "h";
    before.results = {{.id = "04.1", .title = "t", .points = 2}};
    before.seconds = 1.5;
    const Verified after = verified_from_json(to_json(before));
    CHECK(after.kind == Kind::guest);
    CHECK(after.judgement.holds == Holds::skipped);
    CHECK(after.caught_by == "04.2");
    CHECK(after.hint == "h");
    CHECK(after.results.at(0).points == 2);
    CHECK(after.seconds == 1.5);
  }
}
