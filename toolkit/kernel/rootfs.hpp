#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// Opens a path as if `root` were "/": absolute paths, ".." and symbolic links stay below it, and
/// the magic links of /proc are refused. See RESOLVE_IN_ROOT in openat2(2).
Fd open_in_root(FdRef root, const std::string& path, int flags, mode_t mode = 0);

/// The content of a small file below a root, or nothing when there is no such file. A file that is
/// not a regular one counts as none: a FIFO there must not block who reads it.
std::optional<std::string> read_in_root(FdRef root, const std::string& path);

/// Makes a directory and those above it; what is there already stays as it is. Returns true when
/// the last one was made. Symbolic links on the way are followed, so the caller is inside the root.
bool make_directories(const std::string& path, mode_t mode = 0755);

enum class EntryKind { file, directory };
/// What a path leads to, links followed; nothing when it leads nowhere.
std::optional<EntryKind> kind_of(const std::string& path);

/// Copies a tree with owners, modes, times, links and extended attributes, for a host without
/// overlay. `target` exists and is empty. Owners that a user namespace does not map become the caller's.
void copy_tree(const std::string& source, const std::string& target);

}  // namespace toolkit
