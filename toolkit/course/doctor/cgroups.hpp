#pragma once

#include <string>
#include <vector>

#include "toolkit/course/doctor/facts.hpp"
#include "toolkit/kernel/mount.hpp"

namespace toolkit::course {

/// Which cgroup hierarchies are mounted, with which controllers, and may we make groups in them.
/// Reads below `root`. See cgroups(7).
CgroupFacts gather_cgroups(const std::string& root, const std::vector<MountInfo>& mounts);

}  // namespace toolkit::course
