#include "toolkit/course/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "toolkit/course/checker.hpp"

namespace toolkit::course {
namespace {

using checks::Result;
using checks::Verdict;
using Results = std::vector<Result>;

const Result* first_with(const Results& results, Verdict verdict) {
  const auto found = std::find_if(results.begin(), results.end(),
                                  [&](const Result& result) { return result.verdict == verdict; });
  return found == results.end() ? nullptr : &*found;
}

std::size_t count(const Results& results, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(),
                    [&](const Result& result) { return result.verdict == verdict; }));
}

Judgement no(std::string why) { return {.holds = Holds::no, .why = std::move(why)}; }

Judgement broken(const Result& infra) {
  return no(fmt::format("the checker broke at {}: {}", infra.id, infra.reason));
}

Judgement skipped(const Result& skip) {
  return {.holds = Holds::skipped, .why = fmt::format("{} is skipped: {}", skip.id, skip.reason)};
}

}  // namespace

Judgement judge_starter(const Results& results) {
  if (const Result* infra = first_with(results, Verdict::infra)) return broken(*infra);
  if (const Result* pass = first_with(results, Verdict::pass)) {
    return no(fmt::format("{} passes, and nobody wrote it", pass->id));
  }
  const Result* fail = first_with(results, Verdict::fail);
  if (fail == nullptr) {
    const Result* skip = first_with(results, Verdict::skip);
    return skip == nullptr ? no("nothing fails") : skipped(*skip);
  }
  if (fail->hint != "not-started") {
    return no(fmt::format("{} fails with the hint '{}', not 'not-started'", fail->id, fail->hint));
  }
  return {.holds = Holds::yes, .why = fmt::format("fails at {}", fail->id)};
}

Judgement judge_partial(const std::vector<std::string>& written, const std::string& open,
                        const Results& results) {
  if (const Result* infra = first_with(results, Verdict::infra)) return broken(*infra);
  bool open_fails = false;
  for (const Result& result : results) {
    const bool is_written =
        std::any_of(written.begin(), written.end(),
                    [&](const std::string& step) { return belongs_to(result.id, step); });
    if (result.verdict == Verdict::skip) continue;
    if (is_written && result.verdict != Verdict::pass) {
      return no(fmt::format("{} does not pass, though it is written: {} ({})", result.id,
                            result.seen, result.hint));
    }
    if (!is_written && result.verdict == Verdict::pass) {
      return no(fmt::format("{} passes, and nobody wrote it", result.id));
    }
    if (result.verdict != Verdict::fail || open_fails) continue;
    open_fails = true;
    if (!belongs_to(result.id, open) || result.hint != "not-started") {
      return no(fmt::format("fails at {} with the hint '{}', not at {} with 'not-started'",
                            result.id, result.hint, open));
    }
  }
  if (open_fails) return {.holds = Holds::yes, .why = fmt::format("fails at {}", open)};
  const Result* skip = first_with(results, Verdict::skip);
  return skip == nullptr ? no("nothing fails") : skipped(*skip);
}

Judgement judge_solution(const Results& results) {
  if (const Result* infra = first_with(results, Verdict::infra)) return broken(*infra);
  if (const Result* fail = first_with(results, Verdict::fail)) {
    return no(fmt::format("{} fails: {} ({})", fail->id, fail->seen, fail->hint));
  }
  if (const Result* blocked = first_with(results, Verdict::blocked)) {
    return no(fmt::format("{} waits for {}", blocked->id, blocked->reason));
  }
  for (const Result& result : results) {
    if (!result.left.empty()) {
      return no(fmt::format("{} leaves {}", result.id, result.left.front().what));
    }
  }
  const Result* skip = first_with(results, Verdict::skip);
  const std::size_t passed = count(results, Verdict::pass);
  if (passed == 0) return skip == nullptr ? no("there is nothing to pass") : skipped(*skip);
  std::string why = fmt::format("{} of {} pass", passed, results.size());
  if (skip != nullptr) why += fmt::format("; {} is skipped: {}", skip->id, skip->reason);
  return {.holds = Holds::yes, .why = why};
}

Judgement judge_mutant(const Mutant& mutant, const Results& results) {
  bool can_be_caught = false;
  const Result* skip = nullptr;
  for (const Result& result : results) {
    if (!belongs_to(result.id, mutant.caught_by)) continue;
    if (result.verdict != Verdict::skip) {
      can_be_caught = true;
    } else if (skip == nullptr) {
      skip = &result;
    }
  }
  if (const Result* infra = first_with(results, Verdict::infra)) return broken(*infra);
  const Result* fail = first_with(results, Verdict::fail);
  if (!can_be_caught) {
    if (skip != nullptr && fail == nullptr) return skipped(*skip);
    if (skip == nullptr) return no(fmt::format("there is no check {}", mutant.caught_by));
  }
  if (fail == nullptr) return no("survives");
  if (!belongs_to(fail->id, mutant.caught_by) || fail->hint != mutant.hint) {
    return no(fmt::format("fails at {} with the hint '{}', not at {} with '{}'", fail->id,
                          fail->hint, mutant.caught_by, mutant.hint));
  }
  return {.holds = Holds::yes, .why = fmt::format("fails at {} with '{}'", fail->id, fail->hint)};
}

}  // namespace toolkit::course
