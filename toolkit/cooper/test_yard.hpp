#pragma once

#include <set>
#include <string>
#include <vector>

#include "toolkit/cooper/test_ground.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/ns.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::test {

/// A ground with a root that has users, most of busybox and the probe, to start containers on as one
/// caller, and to hold what is left against what was there.
class Yard : public Ground {
 public:
  explicit Yard(Caller caller);

  [[nodiscard]] Caller caller() const noexcept { return caller_; }
  [[nodiscard]] std::string state() const { return own("state"); }
  /// `cooper run WORD…` as the caller.
  [[nodiscard]] std::vector<std::string> words(const std::vector<std::string>& words) const;
  /// The same with an overlay on the root: `cooper run OPTION… --rootfs ROOT:O WORD…`.
  [[nodiscard]] std::vector<std::string> boxed(std::vector<std::string> options,
                                               const std::vector<std::string>& command) const;
  /// Runs `boxed` to its end.
  Outcome box(const std::vector<std::string>& options, const std::vector<std::string>& command,
              std::string_view input = {}) const;
  /// `box` without options, of a shell.
  Outcome shell(const std::string& script) const;
  /// A file or directory of the caller's own; missing parents are made.
  std::string own_file(const std::string& name, std::string_view content) const;
  std::string own_directory(const std::string& name) const;
  /// A copy of the root that a test may spoil.
  std::string copy_of_root(const std::string& name) const;

  /// Fails the case unless the machine is as before: mounts, links, records, processes.
  void check_nothing_left() const;

 private:
  void give_to_caller(const std::string& path) const;

  Caller caller_;
  HostState before_;
};

/// Runs the body on a yard of that caller; a skip where this process can't be it. What is left over
/// fails the case.
void on_yard(Caller caller, void (*body)(Yard&));

/// A container that runs until the scope ends: its command has said "ready" and reads its input.
class Live {
 public:
  Live(const Yard& yard, std::vector<std::string> options, const std::string& script = "");
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  /// PID 1 of the container, as this process numbers it.
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] Process& cooper() noexcept { return cooper_; }
  /// The next line of its output.
  std::string line();
  void close_input() { input_.reset(); }
  void write(const std::string& text) const { write_all(input_, text, "container"); }

 private:
  Fd input_;
  Fd output_;
  Process cooper_;
  pid_t pid_ = 0;
};

/// A line of /proc/PID/status ("CapEff"), without blanks around it.
std::string status_of(pid_t pid, const std::string& name);

/// Fails the case unless of the kinds that can be shared these alone are the same for two processes.
void check_shared(pid_t pid, pid_t other, Ns shared);

/// Starts a program, its output and errors to the descriptors given.
Process start(const std::vector<std::string>& command, FdRef in, FdRef out, FdRef err);

/// One line, of cooper's own, with these words in it.
void check_one_line(const Outcome& outcome, int status, const std::string& words);

}  // namespace toolkit::test

// Two cases of one body: root's and a normal user's. What stands last asks for the semicolon.
#define AS_BOTH(name, body)                                                                \
  TEST_CASE(name " [root]") { toolkit::test::on_yard(toolkit::test::Caller::root, body); } \
  TEST_CASE(name " as a normal user [userns]") {                                           \
    toolkit::test::on_yard(toolkit::test::Caller::nobody, body);                           \
  }                                                                                        \
  static_assert(true)
