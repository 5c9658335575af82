#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/fd.hpp"

namespace toolkit {

// Ways about a tree that a stranger's archive has made: each starts from the root's descriptor, and
// no link in the tree leads out of it. See openat2(2).

/// "./a//b/" becomes "a/b", and the root itself "". Throws std::runtime_error for a path with ".."
/// in it or longer than the kernel takes.
std::string relative_path(std::string_view path);

/// The directory part and the last name of a clean path.
struct SplitPath {
  std::string parent = {};
  std::string name = {};
};
SplitPath split_path(const std::string& path);

/// Opens a directory beneath the root, links on the way followed inside it; none when the path leads
/// to nothing or to no directory.
std::optional<Fd> find_directory_in_root(FdRef root, const std::string& path);

/// Opens a directory beneath the root, links on the way followed inside it; those that are missing
/// are made, 0755, also where a link dangles. Throws SystemError.
Fd make_directory_in_root(FdRef root, const std::string& path);

/// The names in a directory, without "." and "..", in no order.
std::vector<std::string> list_names(FdRef directory);

/// Removes all that is in a directory, however deep: no descriptor or stack frame a level.
void empty_directory(FdRef directory);

/// Removes an entry, a directory with all that is in it by way of `trash`, an empty directory on
/// the same filesystem. Nothing there is no error.
void remove_entry(FdRef directory, const std::string& name, FdRef trash);

}  // namespace toolkit
