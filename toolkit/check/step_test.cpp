// Which checks of a checker are run, and which are told without.
#include "toolkit/check/step.hpp"

#include <map>

#include "toolkit/check/report.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::checks::Result;
using toolkit::checks::result_from_json;
using toolkit::checks::Verdict;
using toolkit::test::built;

namespace {

/// The results that the sample has for a program that does nothing, by their ids.
std::map<std::string, Result> judge_false(const std::vector<std::string>& options) {
  std::vector<std::string> command = {built("tests/check_sample"), "--subject", "/bin/false",
                                      "--probe", built("libexec/cooperage/probe")};
  command.insert(command.end(), options.begin(), options.end());
  const toolkit::test::Outcome outcome = toolkit::test::run(command);
  std::map<std::string, Result> results;
  for (const std::string_view line : toolkit::lines(outcome.out)) {
    Result result = result_from_json(line);
    results.emplace(result.id, std::move(result));
  }
  return results;
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("step: checks that need nothing of one that failed are run [userns]") {
    NEEDS_USER_NAMESPACES();
    const auto results = judge_false({});
    CHECK(results.at("90.1").verdict == Verdict::fail);
    CHECK(results.at("90.2").verdict == Verdict::blocked);
    CHECK(results.at("91.1").verdict != Verdict::blocked);
  }

  TEST_CASE("step: until failure, the first check that fails is the last that is run [userns]") {
    NEEDS_USER_NAMESPACES();
    const auto results = judge_false({"--until-failure"});
    CHECK(results.at("90.1").verdict == Verdict::fail);
    CHECK(results.size() == judge_false({"--list"}).size());
    for (const auto& [id, result] : results) {
      CAPTURE(id);
      if (id == "90.1") continue;
      CHECK(result.verdict == Verdict::blocked);
    }
    CHECK(results.at("91.1").reason == "90.1");  // of which it needs nothing
  }
}
