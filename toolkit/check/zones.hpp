#pragma once

#include <string>

#include "toolkit/check/machine.hpp"
#include "toolkit/check/subject.hpp"

namespace toolkit::checks {

/// The file that says which time zone a machine is in. See localtime(5).
inline constexpr const char* kLocaltime = "/etc/localtime";

struct Zone {
  std::string name;     ///< "Asia/Tokyo"
  std::string content;  ///< of its file
};
/// A time zone that is not the machine's; SKIP where the machine has no zones.
Zone choose_zone(const Machine& machine);

/// What /etc/localtime leads to on a machine: a zone's file, or itself.
std::string zone_file_of(const Machine& machine);
/// A file as the mount namespace of a process has it.
std::string content_at(pid_t pid, const std::string& path);
/// Which file that is: "device 8:1, inode 52119".
std::string id_at(pid_t pid, const std::string& path);
/// The variable TZ of the payload, as it was executed: "TZ=Asia/Tokyo", or empty.
std::string zone_variable_of(const Subject& subject);

}  // namespace toolkit::checks
