#pragma once

#include "toolkit/container/plan.hpp"

/// The seam between the toolkit and who composes it: everything that starts a process in a
/// container goes through these functions, which are declared here and defined in
/// solutions/30-runner (or by a learner).
namespace toolkit {

/// Makes the process of a plan. It waits at the channel's gate, all set up but for the exec: the
/// caller opens the gate, and await_exec() tells whether the command started.
/// Throws what went wrong on this side; what goes wrong in the child comes from await_exec().
Process launch(const Plan& plan, Channel& channel);

/// The child's side: does the plan's steps, waits at the gate, becomes the command.
[[noreturn]] void init(const Plan& plan, Channel& channel, FdRef errors);

}  // namespace toolkit
