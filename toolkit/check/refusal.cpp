#include "toolkit/check/refusal.hpp"

#include <cstring>

namespace toolkit::checks {

void expect_refusal(const Ended& ended, const Refusal& refusal) {
  constexpr int kNeverStarted = 125;
  const std::string why = std::strerror(refusal.error);
  const bool told = ended.err.find(why) != std::string::npos;
  if (ended.status == kNeverStarted && told && !ended.payload) return;
  expect_written(ended.err);
  const std::string hint = ended.payload ? refusal.hint_when_run : refusal.hint_when_mute;
  fail({.expected = refusal.what + ": exit 125, no command, and on stderr: " + why,
        .seen = ended.payload ? "the command ran"
                              : "no command, exit " + std::to_string(ended.status) +
                                    (told ? "" : ", and another reason, or none"),
        .evidence = ended.err,
        .hint = hint});
}

namespace {

void improve(Failed& failed, const Hints& hints) {
  const auto better = hints.find(failed.failure.hint);
  if (better != hints.end()) failed.failure.hint = better->second;
}

}  // namespace

Subject start_with_hints(Machine& machine, const std::vector<std::string>& arguments,
                         const StartOptions& options, const Hints& hints) {
  try {
    return machine.start(arguments, options);
  } catch (Failed& failed) {
    improve(failed, hints);
    throw;
  }
}

Ended finish_with_hints(Machine& machine, const std::vector<std::string>& arguments,
                        const StartOptions& options, const Hints& hints) {
  try {
    return machine.finish(arguments, options);
  } catch (Failed& failed) {
    improve(failed, hints);
    throw;
  }
}

void expect_answers(Subject& subject, const std::vector<Exchange>& all, const std::string& hint) {
  std::string expected;
  std::string seen;
  for (const Exchange& one : all) {
    const std::string head = (seen.empty() ? "" : "\n") + one.command + ": ";
    seen += head + subject.ask(one.command);
    expected += head + one.answer;
  }
  if (seen != expected) fail({.expected = expected, .seen = seen, .hint = hint});
}

}  // namespace toolkit::checks
