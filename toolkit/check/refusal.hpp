#pragma once

#include <map>
#include <string>
#include <vector>

#include "toolkit/check/machine.hpp"
#include "toolkit/check/subject.hpp"

namespace toolkit::checks {

/// Something that the kernel refuses, and what a program that passes it on looks like.
struct Refusal {
  std::string what;  ///< "there is no such device"
  int error = 0;     ///< the errno whose text its line on stderr holds
  std::string hint_when_run = "refusal-ignored";
  std::string hint_when_mute = "wrong-reason";
};

/// FAIL when the command ran all the same, or the program ended with something else than 125, or
/// did not say why; "not-started" when a step is open.
void expect_refusal(const Ended& ended, const Refusal& refusal);

/// Starts a program. Where that fails with a hint that every lab has, one of the lab's own may know more:
/// {"ended-early", "not-moved"}.
using Hints = std::map<std::string, std::string>;
Subject start_with_hints(Machine& machine, const std::vector<std::string>& arguments,
                         const StartOptions& options, const Hints& hints);
/// The same for a program that is run to its end.
Ended finish_with_hints(Machine& machine, const std::vector<std::string>& arguments,
                        const StartOptions& options, const Hints& hints);

/// A command for the payload, and what it is to answer.
struct Exchange {
  std::string command;
  std::string answer;
};
/// FAIL, with all that was answered, when one answer is another.
void expect_answers(Subject& subject, const std::vector<Exchange>& all, const std::string& hint);

}  // namespace toolkit::checks
