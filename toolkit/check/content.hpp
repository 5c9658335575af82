#pragma once

#include <string>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {

/// Does a program have this content, byte for byte? Its name and inode say nothing. False when it
/// can't be read any more.
bool has_content(FdRef directory, const std::string& path, const std::string& content);

}  // namespace toolkit::checks
