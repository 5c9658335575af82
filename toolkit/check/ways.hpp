#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "toolkit/check/subject.hpp"

namespace toolkit::checks {

/// Where one leads that a process holds.
enum class Leads {
  outside,  ///< a directory on a mount that is not in the process's mount namespace
  group,    ///< a file of a cgroup filesystem on such a mount
  away,     ///< a namespace, or a process: setns(2) enters what it stands for
};

/// What a process holds that is no path of its own mount namespace.
struct Way {
  std::string held;    ///< "descriptor 3", "its working directory", "its root"
  std::string target;  ///< what the link in /proc/PID reads
  Leads leads = Leads::outside;
};

/// Every way out of its mount namespace that a process holds: descriptors, working directory, root.
/// Pipes, sockets and files that are no cgroup's lead nowhere. See proc(5), "mnt_id".
std::vector<Way> ways_outside(pid_t pid);

/// The payload holds no way out of its mount namespace: "fd-outside", "fd-of-a-group" or
/// "fd-of-a-namespace" for a descriptor, "cwd-outside" for a directory.
void expect_no_way_out(const Subject& subject);

}  // namespace toolkit::checks
