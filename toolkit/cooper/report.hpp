#pragma once

#include <exception>
#include <string>

namespace toolkit {

/// A failure that a helper has told of itself: there is nothing to add but the exit status.
struct AlreadyTold : std::exception {
  static constexpr int kStatus = 125;
};

/// One line for the person who typed: what, on which object, why, what to do; and the exit status.
struct Report {
  std::string line;  ///< empty when all is told
  int status = 125;
};
Report explain(const std::exception& error);

/// What ends a line: a terminal in raw mode starts the next one where the last one ended.
enum class LineEnd { plain, raw };
/// Writes "cooper: line" to stderr, control characters made visible.
void say(const std::string& line, LineEnd end = LineEnd::plain);

}  // namespace toolkit
