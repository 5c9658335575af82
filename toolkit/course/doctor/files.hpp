#pragma once

#include <optional>
#include <string>

namespace toolkit::course {

/// A file's content; nothing when it can't be read, for whatever reason.
std::optional<std::string> read_if_there(const std::string& path);

/// Can this process open it for writing, or, when a directory, make entries in it? See access(2).
bool may_write(const std::string& path);
bool exists(const std::string& path);

}  // namespace toolkit::course
