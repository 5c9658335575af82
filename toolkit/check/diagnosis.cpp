#include "toolkit/check/diagnosis.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "toolkit/kernel/advice.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {
namespace {

/// The hint of failures that say no more than "it ended"; a signature may know better.
constexpr std::string_view kEndedEarly = "ended-early";

/// Did the call do what it was to do in the end, or fail as it always does at the end of a loop?
bool is_usual(const Context& now, const TracedCall& call) {
  if (call.error == ECHILD && call.text.starts_with("wait4(-1,")) return true;
  // A program is looked for in each directory of PATH.
  if (call.name != "execve" || call.error != ENOENT) return false;
  return std::any_of(&call, now.calls.data() + now.calls.size(), [&](const TracedCall& later) {
    return later.pid == call.pid && later.name == call.name && later.error == 0;
  });
}

/// The last call of the program that failed and that a lab has a hint for; else the last that failed.
const TracedCall* guilty(const Context& now) {
  const TracedCall* last = nullptr;
  for (auto call = now.calls.rbegin(); call != now.calls.rend(); ++call) {
    if (call->error == 0) continue;
    for (const Signature& signature : now.signatures) {
      if (signature.call == call->name && signature.error == call->error) return &*call;
    }
    if (last != nullptr || is_usual(now, *call)) continue;
    if (!advice(call->name, call->error, call->subject).empty()) last = &*call;
  }
  return last;
}

std::string hint_of(const Context& now, const TracedCall& call) {
  for (const Signature& signature : now.signatures) {
    if (signature.call == call.name && signature.error == call.error) {
      return std::string(signature.hint);
    }
  }
  return {};
}

/// Was it made good later by a remount of the same place?
bool is_remounted(const Context& now, const TracedCall& bind) {
  return std::any_of(&bind, now.calls.data() + now.calls.size(), [&](const TracedCall& call) {
    return call.name == bind.name && call.error == 0 && call.subject == bind.subject &&
           call.text.find("MS_REMOUNT") != std::string::npos;
  });
}

/// Calls that succeeded and did less than they say.
void explain_silences(const Context& now, std::vector<std::string>& told) {
  for (const TracedCall& call : now.calls) {
    if (call.error != 0) continue;
    const std::string_view why = silence(call.name, call.text);
    if (why.empty() || is_remounted(now, call)) continue;
    told.push_back(call.text);
    told.emplace_back(why);
    told.emplace_back();
  }
}

std::string told_call(const TracedCall& call) {
  const std::string who = call.who == 0 ? "program" : "child " + std::to_string(call.who);
  return "  " + who + "  " + call.text;
}

/// All calls in their order, each run of the program below its command line. Of many of a kind in a row
/// the first three and the last are told.
void explain_calls(const Context& now, std::vector<std::string>& told) {
  constexpr std::size_t kFew = 5;
  const auto same = [](const TracedCall& one, const TracedCall& other) {
    return one.who == other.who && one.name == other.name && one.error == other.error &&
           !one.name.empty();
  };
  for (std::size_t first = 0; first < now.calls.size();) {
    std::size_t next = first + 1;
    while (next < now.calls.size() && same(now.calls[first], now.calls[next])) ++next;
    const std::size_t count = next - first;
    const std::size_t shown = count > kFew ? 3 : count;
    for (std::size_t at = first; at < first + shown; ++at) {
      const TracedCall& call = now.calls[at];
      told.push_back(call.who == kHeading ? "  " + call.text : told_call(call));
    }
    if (shown < count) {
      told.push_back("    … and " + std::to_string(count - shown - 1) + " more like these");
      told.push_back(told_call(now.calls[next - 1]));
    }
    first = next;
  }
}

std::vector<std::string> explain(const Context& now, const TracedCall* culprit) {
  std::vector<std::string> told;
  if (culprit != nullptr) {
    told.push_back(culprit->text);
    const std::string_view why = advice(culprit->name, culprit->error, culprit->subject);
    if (!why.empty()) told.emplace_back(why);
    told.emplace_back();
  }
  explain_silences(now, told);
  told.emplace_back("what your program asked of the kernel, in a run of its own:");
  explain_calls(now, told);
  return told;
}

/// Errors of a checker that lacks something, whatever the program did.
bool is_own_need(int error) {
  constexpr std::array kOwn{ENOMEM, EMFILE, ENFILE, EAGAIN, EBADF, EFAULT, ENOSYS, EIO};
  return std::find(kOwn.begin(), kOwn.end(), error) != kOwn.end();
}

}  // namespace

Result judge_exception(const std::exception& error, const Context& now, Result result) {
  if (now.dead) {
    result.verdict = Verdict::fail;
    result.expected = "the program and its payload stay until they are told to end";
    result.seen = std::string("one of them ended while it was looked at: ") + error.what();
    result.hint = kEndedEarly;
    return result;
  }
  if (const auto* refused = dynamic_cast<const SystemError*>(&error);
      refused != nullptr && now.started && !is_own_need(refused->number())) {
    result.verdict = Verdict::fail;
    result.expected = "what the check looks at is there when your program has run";
    result.seen = std::string("it is gone, or closed: ") + error.what();
    result.hint = kEndedEarly;
    return result;
  }
  result.verdict = Verdict::infra;
  result.reason = error.what();
  return result;
}

void diagnose(Result& result, const std::function<void(Result&)>& attempt) {
  Context& now = context();
  const bool ended_early = result.hint == kEndedEarly;
  const bool consult = ended_early || now.consult == Consult::always;
  if (!consult && !now.settings.explain) return;
  now.tracing = true;
  Result again = result;
  attempt(again);
  now.tracing = false;
  if (again.verdict != Verdict::fail)
    return;  // what happens once in two runs is told as it was seen
  const TracedCall* culprit = guilty(now);
  if (consult && culprit != nullptr) {
    const std::string hint = hint_of(now, *culprit);
    // The second run has other names than the first: what is told together is of one run.
    if (ended_early && again.hint == kEndedEarly) result = again;
    if (!hint.empty()) result.hint = hint;
    if (ended_early || !hint.empty()) {
      if (!result.evidence.empty() && result.evidence.back() != '\n') result.evidence += '\n';
      result.evidence += (ended_early ? "" : "run once more, it called ") + culprit->text;
    }
  }
  if (now.settings.explain) {
    result.explained = explain(now, culprit);
    now.settings.explain = false;  // one failing step is explained at a time
  }
}

}  // namespace toolkit::checks
