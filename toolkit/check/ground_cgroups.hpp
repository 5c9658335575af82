#pragma once

#include <string>

namespace toolkit::checks {

/// Mounts the cgroup hierarchies that the host shows below /sys/fs/cgroup, as this process's cgroup
/// namespace sees them; where the kernel refuses one, it is not there. See cgroup_namespaces(7).
void mount_cgroups(const std::string& target);

}  // namespace toolkit::checks
