#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "toolkit/kernel/ns.hpp"

namespace toolkit::checks {

// Which user namespace has the say over what. All throw SystemError when there is no such process.

/// The user namespace that owns one of a process's namespaces; of its user namespace, the one above.
/// See NS_GET_USERNS in ioctl_ns(2).
ino_t owner_of(pid_t pid, Ns kind);

/// How many user namespaces below this one a process is: 0 is in it, nothing is beside or above.
std::optional<int> depth_below(ino_t user_namespace, pid_t pid);

/// "uid_map", "gid_map" or "setgroups" of a process, ids outside as a reader in the same user
/// namespace has them, each run of blanks as one.
std::string id_map_of(pid_t pid, const std::string& file, pid_t reader);
/// The numbers of such a map in columns, each line set in, so that two can be held against each other.
std::string in_columns(const std::string& map);

}  // namespace toolkit::checks
