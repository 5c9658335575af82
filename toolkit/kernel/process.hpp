#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/ns.hpp"

namespace toolkit {

/// How a process ended. See waitid(2).
struct ExitStatus {
  int code = 0;    ///< what it returned, when signal is 0
  int signal = 0;  ///< the signal that ended it, or 0

  /// The status as a shell gives it: the code, or 128 + the signal.
  [[nodiscard]] int shell_code() const noexcept { return signal != 0 ? 128 + signal : code; }
};

struct SpawnOptions {
  Ns namespaces = Ns::none;          ///< new ones for the child, made by clone3 at once
  std::optional<FdRef> cgroup = {};  ///< CLONE_INTO_CGROUP: the directory of a cgroup v2
  bool die_with_parent = true;       ///< PR_SET_PDEATHSIG SIGKILL
  /// Done by a process in between, which makes the child as its sibling (CLONE_PARENT) and ends: for what only
  /// children get, such as a pid namespace that is joined, and what this process must not become.
  /// What it throws, spawn() throws.
  std::function<void()> before = {};
};

/// A child process held by its pidfd: the number can be reused, the descriptor cannot.
class [[nodiscard]] Process {
 public:
  /// Runs body in a child; returning from it means exit 0, an exception is carried to await_exec().
  /// The caller must have one thread: the child is a copy of it alone, and a lock that another held
  /// would stay locked. Throws SystemError "clone3", or std::logic_error when there are threads.
  /// See clone(2).
  static Process spawn(const SpawnOptions& options, const std::function<void()>& body);
  /// The same; body gets the pipe that carries its error, for a body that hands it over an exec.
  static Process spawn(const SpawnOptions& options, const std::function<void(FdRef errors)>& body);

  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  /// SIGKILL and reap: no zombie outlives its scope.
  ~Process();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] FdRef pidfd() const noexcept { return pidfd_; }

  /// Returns when the child has exec'ed or ended well; throws here what it threw before that.
  void await_exec();
  /// Sends a signal; one that has ended already is not an error. See pidfd_send_signal(2).
  void signal(int number) const;
  ExitStatus wait();
  /// Nothing when it still runs after that time.
  std::optional<ExitStatus> wait_for(std::chrono::milliseconds timeout);

 private:
  Process(pid_t pid, Fd pidfd, Fd errors) noexcept;

  pid_t pid_;
  Fd pidfd_;
  Fd errors_;
  std::optional<ExitStatus> status_;
};

/// One-shot latch between a parent and the child it is about to spawn: the child waits until the
/// parent has made ready what only it can (id maps, a record of the child). Made before spawn.
class Gate {
 public:
  Gate();
  /// Parent: lets the child pass.
  void open();
  /// Child: waits. Throws std::runtime_error when the parent ended first.
  void wait();
  /// Child, after wait(): has the parent ended since? A pid namespace hides it from getppid(2).
  [[nodiscard]] bool parent_alive() const;

 private:
  Pipe pipe_;
};

/// What one error looks like on its way from a child: errno, then "operation\0subject".
/// errno 0 marks an error that is a sentence, all in `operation`.
void send_error(FdRef pipe, int number, std::string_view operation, std::string_view subject);

}  // namespace toolkit
