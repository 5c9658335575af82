#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/mount.hpp"

namespace toolkit::checks {

using Mounts = std::vector<MountInfo>;

/// All mounts of the namespace that a process is in, also those that it has no path to: as somebody
/// sees them who entered it and stands at its topmost root. See setns(2).
Mounts all_mounts(pid_t pid);

/// The topmost mount whose root is this directory, by the last name of its path, which is one that
/// nothing else has; null when it is no mount point.
const MountInfo* mount_of(const Mounts& mounts, std::string_view directory);
/// The topmost mount on a path; null when nothing is mounted there.
const MountInfo* mount_on(const Mounts& mounts, std::string_view path);
/// The topmost mount on a path ("/proc") below the target of another; null when there is none.
const MountInfo* mount_below(const Mounts& mounts, const MountInfo& parent, std::string_view path);
/// A mount that lies in another one, whose parent it is; null when there is none.
const MountInfo* mount_in(const Mounts& mounts, const MountInfo& parent);
/// One of them that shows the same filesystem as this one does; null when there is none.
const MountInfo* twin_of(const MountInfo& mount, const Mounts& mounts);

/// The peer groups that mounts are in: "shared:7". See mount_namespaces(7).
std::set<std::string> peer_groups(const Mounts& mounts);
/// The peer group of which a mount is a slave, as "shared:7", or empty. Its own tag reads "master:7".
std::string master_of(const MountInfo& mount);
/// Which of these options a mount lacks, as "nosuid, nodev".
std::string lacking(const MountInfo& mount, const std::vector<std::string_view>& options);

/// A mount in one line, for evidence.
std::string to_text(const MountInfo& mount);
/// The first of them, a line each, and how many more there are.
std::string to_text(const Mounts& mounts);
/// The lines that only one of two texts has: "- " those that went, "+ " those that came.
std::string difference(std::string_view before, std::string_view after);

}  // namespace toolkit::checks
