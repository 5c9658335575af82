#pragma once

#include <string>

#include "toolkit/kernel/process.hpp"

namespace toolkit::course {

/// A container of the embedded image that waits to be looked at; ends with its object.
class Guest {
 public:
  /// Starts `cooper run` and reads what it says first. Afterwards running() tells whether it runs.
  explicit Guest(const std::string& cooper);

  [[nodiscard]] bool running() const noexcept { return !hostname_.empty(); }
  [[nodiscard]] const std::string& hostname() const noexcept { return hostname_; }
  /// Its first process, by the host's number.
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// The command that was typed for it.
  [[nodiscard]] static std::string command_line();
  /// Lets the container end and waits for it; the exit status of `cooper`.
  int finish();

 private:
  Pipe input_;   ///< what the container's shell waits for
  Pipe output_;  ///< its first line: the host name
  Process process_;
  std::string hostname_;
  pid_t pid_ = 0;
};

}  // namespace toolkit::course
