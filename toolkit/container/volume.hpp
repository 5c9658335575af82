#pragma once

#include <string>
#include <string_view>

#include "toolkit/container/request.hpp"

namespace toolkit {

/// "/a/./b/../c//" is "/a/c": what a path means when no link is in it. Throws std::runtime_error
/// unless the path is absolute.
std::string clean_path(std::string_view path);

/// `-v SRC:DST[:OPTIONS]`. The source is looked up: it must be there. Throws std::runtime_error.
Volume parse_volume(std::string_view text);

/// `--tmpfs DST[:OPTIONS]`; nosuid, nodev and noexec unless the options say otherwise, as docker has
/// it. Throws std::runtime_error.
Tmpfs parse_tmpfs(std::string_view text);

}  // namespace toolkit
