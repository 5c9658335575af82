#pragma once

#include <sys/types.h>

#include <string>

namespace toolkit::course {

/// What one process sees of its machine, in words that fit a column of a table.
struct Sight {
  std::string pid = {};
  std::string hostname = {};
  std::string processes = {};
  std::string mounts = {};
  std::string root = {};
  std::string network = {};
  std::string users = {};
  std::string devices = {};
  std::string capabilities = {};
};

/// Reads the sight of a process from outside, from /proc: nothing that the process prints is
/// believed but its host name, which only a member of its namespace can ask for.
/// Throws SystemError when the process is gone.
Sight look_at(pid_t pid, const std::string& hostname);

/// Is the process in another user namespace than ours?
bool in_own_user_namespace(pid_t pid);

}  // namespace toolkit::course
