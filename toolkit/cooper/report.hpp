#pragma once

#include <exception>
#include <string>

namespace toolkit {

/// A failure that a helper has told of itself: there is nothing to add but the exit status.
struct AlreadyTold : std::exception {
  static constexpr int kStatus = 125;
};

/// What the person who typed is told, and the exit status.
struct Report {
  std::string line;  ///< what, on which object, why, what to do; empty when all is told
  int status = 125;
  /// What docs/errors.md says of this failure, for who writes the calls; empty where it says nothing, or
  /// where the line says it already.
  std::string advice = {};
};
Report explain(const std::exception& error);
/// Says all of a report.
void say(const Report& report);

/// What ends a line: a terminal in raw mode starts the next one where the last one ended.
enum class LineEnd { plain, raw };
/// Writes "cooper: line" to stderr, control characters made visible.
void say(const std::string& line, LineEnd end = LineEnd::plain);

}  // namespace toolkit
