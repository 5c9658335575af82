#pragma once

#include <string>

namespace toolkit::checks {

/// The name of a new cgroup of this checker: its maker is in it, by boot, pid namespace, pid and start time.
std::string new_group_name();

/// Removes, in a directory of cgroups, the groups of checkers that were killed, with all below them.
/// What is in use stays.
void sweep_groups_in(const std::string& directory);

/// Removes a cgroup and those below it; who is in there has been killed, and may need a moment to end.
void remove_group(const std::string& path);

}  // namespace toolkit::checks
