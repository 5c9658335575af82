#include "toolkit/course/judge.hpp"

#include "toolkit/test/test.hpp"

using toolkit::checks::Result;
using toolkit::checks::Verdict;
using toolkit::course::Holds;
using toolkit::course::judge_mutant;
using toolkit::course::judge_partial;
using toolkit::course::judge_solution;
using toolkit::course::judge_starter;
using toolkit::course::Judgement;
using toolkit::course::Mutant;

namespace {

using Results = std::vector<Result>;

Result result(const std::string& id, Verdict verdict, const std::string& word = {}) {
  Result made{.id = id, .title = "t", .points = 1, .verdict = verdict};
  if (verdict == Verdict::fail) {
    made.hint = word;
    made.seen = "something";
  } else {
    made.reason = word;
  }
  return made;
}

const Result kPass1 = result("04.1", Verdict::pass);
const Result kPass2 = result("04.2", Verdict::pass);
const Result kBlocked2 = result("04.2", Verdict::blocked, "04.1");
const Result kSkip1 = result("04.1", Verdict::skip, "no overlay");
const Result kSkip2 = result("04.2", Verdict::skip, "no overlay");
const Result kInfra2 = result("04.2", Verdict::infra, "no memory");

Mutant mutant(const std::string& caught_by, const std::string& hint) {
  return {.name = "m",
          .why = "",
          .file = "uts.cpp",
          .find = "a",
          .replace = "b",
          .caught_by = caught_by,
          .hint = hint};
}

/// The judgement as one text, "yes: why".
std::string text(const Judgement& judgement) {
  const char* const name = judgement.holds == Holds::yes  ? "yes"
                           : judgement.holds == Holds::no ? "no"
                                                          : "skipped";
  return std::string(name) + ": " + judgement.why;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("judge: a starter fails at its first open step") {
    CHECK(text(judge_starter({result("04.1", Verdict::fail, "not-started"), kBlocked2})) ==
          "yes: fails at 04.1");
    CHECK(text(judge_starter({kSkip1, result("04.2", Verdict::fail, "not-started")})) ==
          "yes: fails at 04.2");
  }

  TEST_CASE("judge: a starter that passes a step, or fails for another reason, is wrong") {
    CHECK(text(judge_starter({result("04.1", Verdict::fail, "not-started"), kPass2})) ==
          "no: 04.2 passes, and nobody wrote it");
    CHECK(text(judge_starter({result("04.1", Verdict::fail, "crashed"), kBlocked2})) ==
          "no: 04.1 fails with the hint 'crashed', not 'not-started'");
    CHECK(text(judge_starter({result("04.1", Verdict::fail, "not-started"), kInfra2})) ==
          "no: the checker broke at 04.2: no memory");
    CHECK(text(judge_starter({kBlocked2})) == "no: nothing fails");
  }

  TEST_CASE("judge: with its first steps written, a program fails at the next") {
    const Result open2 = result("04.2", Verdict::fail, "not-started");
    const auto judge = [](const Results& results) {
      return text(judge_partial({"04.1"}, "04.2", results));
    };
    CHECK(judge({kPass1, open2}) == "yes: fails at 04.2");
    CHECK(judge({kSkip1, open2}) == "yes: fails at 04.2");
    CHECK(judge({result("04.1", Verdict::fail, "h"), kBlocked2}) ==
          "no: 04.1 does not pass, though it is written: something (h)");
    CHECK(judge({kPass1, result("04.2", Verdict::fail, "crashed")}) ==
          "no: fails at 04.2 with the hint 'crashed', not at 04.2 with 'not-started'");
    CHECK(judge({kPass1, kPass2}) == "no: 04.2 passes, and nobody wrote it");
    CHECK(judge({kPass1, open2, result("04.3", Verdict::pass)}) ==
          "no: 04.3 passes, and nobody wrote it");
    CHECK(judge({kPass1, kInfra2}) == "no: the checker broke at 04.2: no memory");
    CHECK(judge({kPass1, kSkip2}) == "skipped: 04.2 is skipped: no overlay");
  }

  TEST_CASE("judge: where all is skipped, nothing is known") {
    CHECK(text(judge_starter({kSkip1, kSkip2})) == "skipped: 04.1 is skipped: no overlay");
    CHECK(text(judge_solution({kSkip1, kSkip2})) == "skipped: 04.1 is skipped: no overlay");
    CHECK(text(judge_mutant(mutant("04.2", "h"), {kPass1, kSkip2})) ==
          "skipped: 04.2 is skipped: no overlay");
  }

  TEST_CASE("judge: a solution passes all that this machine can check") {
    CHECK(text(judge_solution({kPass1, kPass2})) == "yes: 2 of 2 pass");
    CHECK(text(judge_solution({kPass1, kSkip2})) ==
          "yes: 1 of 2 pass; 04.2 is skipped: no overlay");
  }

  TEST_CASE("judge: a solution that fails, waits, leaves something or has no checks is wrong") {
    CHECK(text(judge_solution({kPass1, result("04.2", Verdict::fail, "h")})) ==
          "no: 04.2 fails: something (h)");
    CHECK(text(judge_solution({kPass1, kBlocked2})) == "no: 04.2 waits for 04.1");
    CHECK(text(judge_solution({kPass1, kInfra2})) == "no: the checker broke at 04.2: no memory");
    Result leaves = kPass1;
    leaves.left = {{.what = "a mount at /w/x", .remedy = "umount /w/x"}};
    CHECK(text(judge_solution({leaves})) == "no: 04.1 leaves a mount at /w/x");
    CHECK(text(judge_solution({})) == "no: there is nothing to pass");
  }

  TEST_CASE("judge: a mutant is caught where it says, with the hint that it says") {
    const Results caught = {kPass1, result("04.2a", Verdict::fail, "host-renamed")};
    CHECK(text(judge_mutant(mutant("04.2a", "host-renamed"), caught)) ==
          "yes: fails at 04.2a with 'host-renamed'");
    CHECK(judge_mutant(mutant("04.2", "host-renamed"), caught).holds == Holds::yes);
  }

  TEST_CASE("judge: a mutant that survives, or is caught elsewhere or with another hint") {
    CHECK(text(judge_mutant(mutant("04.2", "h"), {kPass1, kPass2})) == "no: survives");
    CHECK(
        text(judge_mutant(mutant("04.2", "h"), {result("04.1", Verdict::fail, "h"), kBlocked2})) ==
        "no: fails at 04.1 with the hint 'h', not at 04.2 with 'h'");
    CHECK(text(judge_mutant(mutant("04.2", "h"), {kPass1, result("04.2", Verdict::fail, "g")})) ==
          "no: fails at 04.2 with the hint 'g', not at 04.2 with 'h'");
    CHECK(text(judge_mutant(mutant("04.3", "h"), {kPass1, kPass2})) ==
          "no: there is no check 04.3");
    CHECK(text(judge_mutant(mutant("04.2", "h"), {kPass1, kInfra2})) ==
          "no: the checker broke at 04.2: no memory");
    CHECK(text(judge_mutant(mutant("04.2", "h"), {result("04.1", Verdict::fail, "g"), kSkip2})) ==
          "no: fails at 04.1 with the hint 'g', not at 04.2 with 'h'");
  }
}
