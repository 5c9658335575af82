#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolkit/container/sharing.hpp"
#include "toolkit/container/step.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/ns.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit {

enum class InitProcess { command, hop };  ///< who is PID 1: the command itself, or the hop (--init)

/// The command, in the container's own terms.
struct Command {
  std::vector<std::string> argv = {};
  std::vector<std::string> env = {};
  InitProcess init = InitProcess::command;
};

enum class Processes { own, shared };  ///< does the container see processes that are not its own?

/// All that a start is: what clone3 makes, what the parent does for the child meanwhile, what the
/// child does to the kernel in order, and the command. See start_steps().
struct Plan {
  Ns namespaces = Ns::none;
  std::vector<Join> joins = {};        ///< in their order, before the child is made
  std::optional<IdMaps> id_maps = {};  ///< of a user namespace of its own
  /// A directory that the parent shows with the ids of the child's user namespace.
  std::optional<std::string> mapped_root = {};
  Processes processes = Processes::own;
  std::vector<Step> steps = {};
  Command command = {};
  /// Off for a child whose supervisor holds it by its pidfd.
  bool die_with_parent = true;
};

/// What the two processes of a start share; made by the caller of launch(), who opens the gate when
/// the container is recorded.
struct Channel {
  Gate gate = {};
  /// Where the child sends the master of its terminal, when the plan makes one.
  std::optional<SocketPair> console = {};
  /// Where the parent sends the root, when the plan maps its owners; made by launch().
  std::optional<SocketPair> root = {};
};

/// The plan as text: a line a system call, each with its reason. What `cooper run --plan` prints.
std::string print_plan(const Plan& plan);

}  // namespace toolkit
