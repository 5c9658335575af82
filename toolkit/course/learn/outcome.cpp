#include "toolkit/course/learn/outcome.hpp"

#include <algorithm>
#include <map>

namespace toolkit::course {
namespace {

using checks::Result;
using checks::Verdict;

std::size_t count(const std::vector<Result>& results, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(),
                    [&](const Result& result) { return result.verdict == verdict; }));
}

}  // namespace

Outcome outcome_of(const std::vector<Result>& results) {
  std::map<std::string, std::vector<Result>> steps;
  for (const Result& result : results) steps[step_of(result.id)].push_back(result);
  Outcome outcome{.steps = steps.size(),
                  .skipped = count(results, Verdict::skip),
                  .unjudged = count(results, Verdict::infra)};
  for (const auto& [step, of_step] : steps) {
    if (all_passed(of_step)) ++outcome.passed;
  }
  return outcome;
}

bool all_passed(const std::vector<Result>& results) {
  const std::size_t passed = count(results, Verdict::pass);
  return passed > 0 && passed + count(results, Verdict::skip) == results.size();
}

const Result* first_failed(const std::vector<Result>& results) {
  const auto found = std::find_if(results.begin(), results.end(), [](const Result& result) {
    return result.verdict == Verdict::fail;
  });
  return found == results.end() ? nullptr : &*found;
}

std::string step_of(const std::string& check) {
  std::string step = check;
  while (!step.empty() && step.back() >= 'a' && step.back() <= 'z') step.pop_back();
  return step;
}

}  // namespace toolkit::course
