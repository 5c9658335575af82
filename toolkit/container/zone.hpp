#pragma once

#include <string>

#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// The rules of a time zone, for a container's /etc/localtime. See tzfile(5).
struct Zone {
  std::string file = {};     ///< one of the host's, to be shown
  std::string content = {};  ///< or, where the host lacks it, what the container's root has
};

/// `--tz AREA/CITY`, of the host's zones in `directory`, else of those of the root; or `local`, the
/// host's own zone. Throws std::runtime_error where there is no such zone.
Zone find_zone(const std::string& name, const std::string& directory, FdRef root);

/// Where the host has its zones: TZDIR, as libc reads it, or the usual place.
std::string zone_directory();

}  // namespace toolkit
