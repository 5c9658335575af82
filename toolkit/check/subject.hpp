#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "toolkit/check/verdict.hpp"

namespace toolkit::checks {

class Machine;

/// How a program ended.
struct Ended {
  int status = 0;  ///< as a shell gives it: 128 + signal
  std::string out = {};
  std::string err = {};
  bool payload = false;  ///< did its payload say hello?
};

/// FAIL "not-started" when a program said at its end that the step that is checked, or one before it,
/// is not written yet.
void expect_written(const std::string& err);

/// The learner's program at work, and its payload. Numbers of processes are those of the checker's /proc.
class Subject {
 public:
  struct Parts;
  explicit Subject(std::unique_ptr<Parts> parts);
  Subject(Subject&& other) noexcept;
  Subject& operator=(Subject&&) = delete;
  /// Tells the payload to exit and gives the program time to end well; then it is killed.
  ~Subject();

  [[nodiscard]] pid_t pid() const noexcept;
  /// A process whose program has the probe's content, with the machine's word in its arguments.
  [[nodiscard]] pid_t payload() const noexcept;
  /// Has the payload come? Without it, with Unfinished::held, stands() is a process of the program that
  /// is about to end: its root, its mounts and its namespaces can still be read. With it, the payload.
  [[nodiscard]] bool arrived() const noexcept;
  /// With Unfinished::held_or_hanging: no payload came, since all wait; stands() is the child, if there is one.
  [[nodiscard]] bool hangs() const noexcept;
  /// Without a payload: lets go of what is held, and tells how it came to its end or to none, on a line
  /// of its own ("then it stopped: step 08.3 is not written yet"), where that is known.
  std::string let_go();
  [[nodiscard]] pid_t stands() const noexcept;
  /// FAIL, as start() would without Unfinished::held, when no payload came.
  void insist();
  /// FAIL with this; but when no payload came because the step that is checked is not written yet, with
  /// that. What is held is let go first: what it says about its end is told, too, if it names what the
  /// failure is `about`.
  [[noreturn]] void fail_here(Failure failure, std::string_view about = {});
  /// One command to the probe, one line of answer. FAIL with this hint when the payload has gone or
  /// stays silent, unless the program ended at a step that is not written yet.
  std::string ask(const std::string& command, const std::string& hint = "payload-gone");
  /// A command that gets no answer: "exit 42", "kill 9".
  void tell(const std::string& command);
  /// Sends a signal to the learner's program.
  void signal(int number);
  /// Kills the learner's program, and not its payload.
  void kill();
  /// Waits for the learner's program; FAIL with this hint when it does not end.
  Ended wait(const std::string& hint = "hangs");
  [[nodiscard]] const std::string& out() const noexcept;
  [[nodiscard]] const std::string& err() const noexcept;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace toolkit::checks
