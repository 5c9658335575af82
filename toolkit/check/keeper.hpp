#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "toolkit/check/ground.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/ns.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::checks {

/// What is held of a machine from outside: nothing that is done inside takes it away.
struct Kept {
  Process process;                            ///< the machine's first process
  std::vector<std::pair<Ns, Fd>> namespaces;  ///< in the order in which they are entered
  Fd root;                                    ///< its root directory
  Fd proc;                                    ///< its /proc
};

/// Starts the first process of a machine. It builds the ground, hands over what is to be held, and
/// does nothing more: it can't be traced from inside, and as PID 1 it gets no signal from there.
/// `join` is called with its number before its cgroup namespace is made: the groups it joins are the
/// roots of that. Throws SystemError of whatever the kernel refused.
Kept start_keeper(const Ground& ground, const std::string& hostname,
                  const std::function<void(pid_t)>& join = {});

/// The calling process enters the machine and becomes its root; its children will have a place among
/// the machine's processes. The rest of the process stays outside. See setns(2).
void enter_machine(const std::vector<std::pair<Ns, Fd>>& namespaces);

}  // namespace toolkit::checks
