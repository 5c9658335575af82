#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "toolkit/cooper/test_ground.hpp"

namespace toolkit::test {

enum class Role { cooper, container };

/// A system call of a start, in the order in which both processes entered theirs.
struct SeenCall {
  Role caller = Role::cooper;
  long number = 0;
};

/// Which of the two goes on while both could. The kernel's own choice hides most of what can happen
/// between two processes: with two cores they run side by side, with a loaded one they do not.
enum class Order { as_it_comes, cooper_first, container_first };

/// SIGKILL for one of the two, when either enters the call of that number, counted over both from
/// 1. A number beyond the last one kills when the command has started.
struct KillPoint {
  Role victim = Role::cooper;
  std::size_t call = 0;  ///< 0: nobody is killed
};

/// What became of a start.
struct Traced {
  std::vector<SeenCall> calls = {};  ///< up to the exec of the command
  int status = -1;                   ///< cooper's, as a shell gives it
  std::string err = {};              ///< what cooper wrote to stderr
  std::vector<pid_t> outlived = {};  ///< what still ran long after; the tracer ended them
  std::optional<SeenCall> at = {};   ///< the call that was the kill point
};

/// Who runs `cooper`: this process's own user, or for root any other.
struct TraceOptions {
  Order order = Order::as_it_comes;
  KillPoint kill = {};
  uid_t uid = 0;
};

/// Runs a command that starts a container, tracing it and all that it starts, until none of them is
/// left. This process becomes a subreaper, so nothing can hide from it; it may have no other child.
/// See ptrace(2).
Traced trace(const std::vector<std::string>& command, const TraceOptions& options);

/// Why what this caller starts can't be traced here, or nothing: newuidmap(1) gets its rights from its
/// file, which the kernel does not give under a tracer who lacks them.
std::string cannot_trace_as(Caller caller);

}  // namespace toolkit::test
