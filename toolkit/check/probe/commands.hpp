#pragma once

#include "toolkit/check/probe/text.hpp"

namespace toolkit::probe {

/// The socket to who asks: standard output, which every program hands on.
inline constexpr int kSocket = 1;

struct Arguments {
  int count = 0;
  char** values = nullptr;
};

/// Does one command, `line` ends with a zero byte; the answer has no newline. Some do not return.
void run_command(const Arguments& arguments, char* line, Text& answer) noexcept;

/// What this process sees, for people: a line a fact.
void introduce(const Arguments& arguments, Text& text) noexcept;

}  // namespace toolkit::probe
