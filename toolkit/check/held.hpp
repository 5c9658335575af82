#pragma once

#include <sys/types.h>

#include <functional>

#include "toolkit/kernel/process.hpp"

namespace toolkit::checks {

/// Who is who among the processes that hold() follows. The numbers are those the caller sees.
struct Holding {
  /// Opens the gate that the child waits at; called once it is followed.
  std::function<void()> release;
  /// Has this process, at the end of an exec, become the payload?
  std::function<bool(pid_t)> is_payload;
  /// Called with a process that is about to end and still has its memory, root and namespaces.
  std::function<void(pid_t)> at_its_end;
};

/// Follows a child of the caller, which waits at a gate before its exec, to its end. When a process of it becomes the payload, all
/// are let go. When one ends before any did, it is held while `at_its_end` runs: the first one, not
/// counting helpers, which became another program. The caller has no other child; all that is
/// followed ends with it. Throws SystemError "ptrace". See PTRACE_O_TRACEEXIT in ptrace(2).
ExitStatus hold(pid_t child, const Holding& holding);

}  // namespace toolkit::checks
