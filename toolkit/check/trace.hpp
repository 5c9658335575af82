#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::checks {

/// A system call of a program that was followed, as a person would tell it. An end by a signal is one
/// without a name.
struct TracedCall {
  pid_t pid = 0;  ///< as the tracer sees it
  /// 0: the program itself; from 1 on, its children in the order in which they were first heard of.
  int who = 0;
  std::string name = {};     ///< "pivot_root"
  std::string text = {};     ///< `pivot_root("/w/r7f3a", "/w/r7f3a/.old") = -1 EBUSY`
  std::string subject = {};  ///< what it was done to, a path where there is one: "/w/r7f3a"
  long result = 0;
  int error = 0;  ///< errno, or 0 when it did not fail
};

/// A call as one line without newline, for a pipe, and back. Nothing for a line that is none.
std::string to_line(const TracedCall& call);
std::optional<TracedCall> from_line(std::string_view line);

/// Who is who among the processes that follow() follows. Pids are those that the caller sees.
struct Tracing {
  /// Opens the gate that the child waits at; called once it is followed.
  std::function<void()> release = [] {};
  /// Has this process, at the end of an exec, become the payload? Then it is let go at once.
  std::function<bool(pid_t)> is_payload = [](pid_t) { return false; };
  /// Gets the calls that tell what the program does, and those of any kind that fail, in the order in
  /// which they ended. What the child did before its exec is not its program's and is left out.
  std::function<void(const TracedCall&)> sink = [](const TracedCall&) {};
  /// A directory of the proc filesystem whose pids are the caller's; without it, /proc, if it is one.
  /// Descriptors are named by it.
  FdRef proc = FdRef(-1);
};

/// Follows a child of the caller, which waits at a gate before its exec, and all that comes of it.
/// Returns how the child ended, when none of them is left or all are let go. It waits for nothing
/// but them: kill them, by their pid namespace for one, and it returns. They die with the caller, which
/// has no other child. Throws SystemError "ptrace". See ptrace(2).
ExitStatus follow(pid_t child, const Tracing& tracing);

}  // namespace toolkit::checks
