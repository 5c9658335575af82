#include "toolkit/check/step.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>

#include "toolkit/check/diagnosis.hpp"
#include "toolkit/check/report.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {
namespace {

/// Verdicts so far, by id.
std::map<std::string, Verdict>& verdicts() {
  static std::map<std::string, Verdict> all;
  return all;
}

/// Is "04.2b" one of "04.2"?
bool belongs(const std::string& id, const std::string& step) {
  if (!id.starts_with(step)) return false;
  return id.size() == step.size() || (id.size() == step.size() + 1 && id.back() >= 'a');
}

/// The check that failed, or broke, before all others.
std::string failure() {
  for (const auto& [id, verdict] : verdicts()) {
    if (verdict == Verdict::fail || verdict == Verdict::infra) return id;
  }
  return {};
}

/// The first check needed that did not pass; a skip blocks nothing that can be tried.
std::string blocker(const Step& step) {
  for (const std::string& need : step.needs) {
    for (const auto& [id, verdict] : verdicts()) {
      if (belongs(id, need) && verdict != Verdict::pass && verdict != Verdict::skip) return id;
    }
  }
  return context().settings.until_failure ? failure() : std::string();
}

bool is_wanted(const std::string& id) {
  const std::vector<std::string>& only = context().settings.only;
  return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& wanted) {
           return belongs(id, wanted);
         });
}

/// Runs the body once; what it left by becomes the result's verdict.
void attempt(const std::function<void()>& body, Result& result) {
  Context& now = context();
  now.did.clear();
  now.left.clear();
  now.calls.clear();
  now.dead = false;
  now.consult = Consult::when_it_ended;
  now.started = false;
  try {
    body();
    result.verdict = Verdict::pass;
  } catch (const Failed& failed) {
    result.verdict = Verdict::fail;
    result.expected = failed.failure.expected;
    result.seen = failed.failure.seen;
    result.evidence = failed.failure.evidence;
    result.hint = failed.failure.hint;
    now.consult = failed.failure.signatures;
  } catch (const Skipped& skipped) {
    result.verdict = Verdict::skip;
    result.reason = skipped.reason + "; " + skipped.remedy;
  } catch (const std::exception& error) {
    result = judge_exception(error, now, std::move(result));
  }
  result.did = now.did;
  result.left = now.left;
}

void write_result(const Result& result) {
  write_all(FdRef(context().settings.report), to_json(result) + '\n', "report");
}

}  // namespace

void perform(const Step& step, const std::function<void()>& body) {
  if (context().settings.list) {
    return write_result(
        {.id = step.id, .title = step.title, .points = step.points, .needs = step.needs});
  }
  if (!is_wanted(step.id)) return;
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  Result result{.id = step.id, .title = step.title, .points = step.points, .needs = step.needs};
  if (const std::string by = blocker(step); !by.empty()) {
    result.verdict = Verdict::blocked;
    result.reason = by;
  } else {
    context().step = step.id;
    attempt(body, result);
    if (result.verdict == Verdict::fail)
      diagnose(result, [&](Result& again) { attempt(body, again); });
  }
  verdicts()[step.id] = result.verdict;
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (result.verdict != Verdict::pass && result.verdict != Verdict::skip) context().failed = true;
  write_result(result);
}

}  // namespace toolkit::checks
