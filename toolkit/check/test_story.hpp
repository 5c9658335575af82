#pragma once

#include <string>
#include <vector>

#include "toolkit/check/trace.hpp"

namespace toolkit::test {

/// What follow() told of the program `followed`, and how that ended.
struct Story {
  std::vector<checks::TracedCall> calls = {};
  ExitStatus end = {};

  /// The texts of the calls with one name, in their order.
  [[nodiscard]] std::vector<std::string> of(const std::string& name) const;
  /// The last call with that name; one without a text when there is none.
  [[nodiscard]] checks::TracedCall last(const std::string& name) const;
};

/// Runs `followed` with these words and follows it.
Story follow_program(const std::vector<std::string>& words, checks::Tracing tracing = {});

}  // namespace toolkit::test
