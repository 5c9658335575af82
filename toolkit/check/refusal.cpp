#include "toolkit/check/refusal.hpp"

namespace toolkit::checks {

void expect_refusal(const Ended& ended, const Refusal& refusal) {
  constexpr int kNeverStarted = 125;
  const bool told = ended.err.find(refusal.why) != std::string::npos;
  if (ended.status == kNeverStarted && told && !ended.payload) return;
  const bool open = ended.err.find("is not written yet") != std::string::npos;
  const std::string hint = ended.payload ? refusal.hint_when_run : refusal.hint_when_mute;
  fail({.expected = refusal.what + ": exit 125, no command, and on stderr: " + refusal.why,
        .seen = ended.payload ? "the command ran"
                              : "no command, exit " + std::to_string(ended.status) +
                                    (told ? "" : ", and another reason, or none"),
        .evidence = ended.err,
        .hint = open ? "not-started" : hint});
}

Subject start_with_hints(Machine& machine, const std::vector<std::string>& arguments,
                         const StartOptions& options, const Hints& hints) {
  try {
    return machine.start(arguments, options);
  } catch (Failed& failed) {
    const auto better = hints.find(failed.failure.hint);
    if (better != hints.end()) failed.failure.hint = better->second;
    throw;
  }
}

}  // namespace toolkit::checks
