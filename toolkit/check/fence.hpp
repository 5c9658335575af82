#pragma once

#include <vector>

namespace toolkit::checks {

/// Where memory runs out, the kernel ends the calling process first, or a child of it that uses more.
/// See /proc/PID/oom_score_adj in proc(5).
void be_ended_first();

/// Limits of a learner's program, set before its exec: processes, core files. See getrlimit(2).
void set_limits();

/// For the host's root: leaves the capabilities that making device nodes and changing the root take,
/// none that reaches the machine, and refuses new user namespaces, in which the others would come back.
void drop_host_powers();
/// Takes these capabilities away, for good.
void drop_powers(const std::vector<unsigned>& capabilities);
/// From now on the ioctls that change a link or its address are EPERM. See netdevice(7).
void refuse_interface_calls();

}  // namespace toolkit::checks
