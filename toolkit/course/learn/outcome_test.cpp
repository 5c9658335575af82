#include "toolkit/course/learn/outcome.hpp"

#include <doctest/doctest.h>

namespace toolkit::course {
namespace {

using checks::Result;
using checks::Verdict;

Result result(const std::string& id, Verdict verdict) {
  Result made;
  made.id = id;
  made.verdict = verdict;
  return made;
}

TEST_SUITE("unit") {
  TEST_CASE("outcome: a step passes when all its checks do") {
    const Outcome outcome =
        outcome_of({result("04.1a", Verdict::pass), result("04.1b", Verdict::pass),
                    result("04.2a", Verdict::pass), result("04.2b", Verdict::fail),
                    result("04.3", Verdict::blocked)});
    CHECK(outcome.steps == 3);
    CHECK(outcome.passed == 1);
  }

  TEST_CASE("outcome: a check that was skipped is counted, and does not count against its step") {
    const Outcome outcome =
        outcome_of({result("04.1a", Verdict::pass), result("04.1b", Verdict::skip),
                    result("04.2", Verdict::skip)});
    CHECK(outcome.steps == 2);
    CHECK(outcome.passed == 1);
    CHECK(outcome.skipped == 2);
  }

  TEST_CASE("outcome: what the checker could not judge is not passed") {
    const Outcome outcome =
        outcome_of({result("04.1a", Verdict::pass), result("04.1b", Verdict::infra)});
    CHECK(outcome.passed == 0);
    CHECK(outcome.unjudged == 1);
  }

  TEST_CASE("outcome: passed is what passed, and what could not be judged here") {
    CHECK(!all_passed({}));
    CHECK(all_passed({result("1", Verdict::pass), result("2", Verdict::skip)}));
    CHECK(!all_passed({result("1", Verdict::skip)}));
    CHECK(!all_passed({result("1", Verdict::pass), result("2", Verdict::infra)}));
    CHECK(!all_passed({result("1", Verdict::pass), result("2", Verdict::blocked)}));
  }

  TEST_CASE("outcome: the first failure is the one to explain") {
    const std::vector<Result> results = {result("1", Verdict::infra), result("2", Verdict::fail),
                                         result("3", Verdict::fail)};
    REQUIRE(first_failed(results) != nullptr);
    CHECK(first_failed(results)->id == "2");
    CHECK(first_failed({result("1", Verdict::infra)}) == nullptr);
  }

  TEST_CASE("outcome: the step of a check") {
    CHECK(step_of("04.2b") == "04.2");
    CHECK(step_of("04.2") == "04.2");
  }
}

}  // namespace
}  // namespace toolkit::course
