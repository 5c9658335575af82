#pragma once

#include "toolkit/container/plan.hpp"

namespace toolkit {

/// Has the parent something to do for the child before its steps can begin?
bool needs_parent(const Plan& plan);
/// Does it: the id maps, and the root with its owners mapped, which goes to the channel. And makes this
/// process one that a container with the same processes can't look into, and to whom its orphans come.
void prepare_child(const Plan& plan, pid_t child, Channel& channel);

/// What the process between the parent and the child does: it joins, all or nothing, and from before that on
/// can't be looked into. See setns(2).
void join_namespaces(const std::vector<Join>& joins);

/// Ends and reaps every child of this process: the orphans that a container left to it, and theirs.
void end_orphans();

}  // namespace toolkit
