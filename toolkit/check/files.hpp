#pragma once

#include <sys/types.h>

#include <set>
#include <string>

namespace toolkit::checks {

// Files below the root of a process, as root of its user namespace finds them, who may look everywhere.

/// The names in a directory, each with its number when it is a character device: "null 1:3".
std::set<std::string> names_in(pid_t pid, const std::string& directory);
/// Opens a file with these flags, and closes it: empty, or the errno's name ("EACCES"). See open(2).
std::string open_error(pid_t pid, const std::string& path, int flags);

}  // namespace toolkit::checks
