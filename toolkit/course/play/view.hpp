#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {

/// One thing that a process sees of its machine, or not: a line of the table.
struct Row {
  const char* key;   ///< in JSON
  const char* what;  ///< for people
};
inline constexpr std::array kRows = {Row{"root", "its /"},
                                     Row{"hostname", "host name"},
                                     Row{"mounts", "a mount it makes"},
                                     Row{"way_out", "a way out of its /"},
                                     Row{"pid", "own pid"},
                                     Row{"processes", "processes in /proc"},
                                     Row{"segments", "SysV segments"},
                                     Row{"links", "network links"},
                                     Row{"ids", "who its root is"},
                                     Row{"cgroups", "cgroup paths"}};

/// What one process sees, a text a row.
using View = std::vector<std::string>;

/// What is known of the machine before a process is isolated, to tell afterwards what it still shares.
struct Outside {
  dev_t root_device = 0;
  ino_t root_inode = 0;
  ino_t user_namespace = 0;
  ino_t cgroup_namespace = 0;
  Fd mounts = {};  ///< the machine's mountinfo
};
/// As the calling process sees it, which is not isolated.
Outside look_outside();

/// What the calling process sees. It makes a mount on /tmp to learn who sees it, and a directory there.
View look(const Outside& outside);

/// The rows in which two views differ.
std::vector<std::size_t> changed(const View& before, const View& after);

/// To and from what goes through a pipe: a line a row.
std::string to_text(const View& view);
View view_from_text(std::string_view text);

}  // namespace toolkit::course
