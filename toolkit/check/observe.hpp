#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/ns.hpp"

namespace toolkit::checks {

/// Which file it is, whatever it is called.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  auto operator<=>(const FileId&) const = default;
};
/// "device 8:1, inode 52119"
std::string to_text(FileId id);

// What the kernel says of a process, by /proc. All throw SystemError when there is no such process.

/// The value of a line of /proc/PID/status: "NSpid".
std::string status_value(pid_t pid, std::string_view name);
std::vector<std::string> command_line(pid_t pid);
std::vector<std::string> environment_of(pid_t pid);
FileId root_of(pid_t pid);
FileId cwd_of(pid_t pid);
FileId exe_of(pid_t pid);
/// Which file a path is for it: in its mount namespace, from its root.
FileId file_at(pid_t pid, const std::string& path);
pid_t parent_of(pid_t pid);
/// What a process is doing. See /proc/PID/stat in proc(5).
struct Activity {
  std::string name = {};
  char state = '?';    ///< 'S' asleep, 'R' running, 'Z' a zombie
  double seconds = 0;  ///< of processor time so far
};
Activity activity_of(pid_t pid);

struct Descriptor {
  int number = -1;
  std::string target;  ///< what the link in /proc/PID/fd reads
  int mount = -1;      ///< the id of the mount it is on
  FileId id = {};
};
std::vector<Descriptor> descriptors(pid_t pid);
std::vector<MountInfo> mounts_of(pid_t pid);
/// The lines of /proc/PID/mountinfo that hold a text, for evidence.
std::string mount_lines(pid_t pid, std::string_view part);

/// Calls a function in a short-lived child that has entered these namespaces of a process (its user
/// namespace first, where it is another), and gives what it returned. See setns(2).
std::string inside(pid_t pid, Ns kinds, const std::function<std::string()>& body);
std::string hostname_of(pid_t pid);
std::string domainname_of(pid_t pid);

/// The system call a process is in, as "wait4", or empty when it runs.
std::string call_of(pid_t pid);

}  // namespace toolkit::checks
