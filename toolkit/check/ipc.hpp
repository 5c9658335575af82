#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace toolkit::checks {

/// A shared memory segment, a semaphore set and a message queue of System V, all three by one key,
/// and a POSIX message queue by a name. See sysvipc(7) and mq_overview(7).
struct IpcObjects {
  key_t key = 0;
  std::string queue;  ///< with its slash: "/a7k2"
};
IpcObjects random_ipc_objects();

// In the IPC namespace of the calling process: a check calls them by inside().

/// Makes all four; what is there then. Throws SystemError, EEXIST when one of that key or name is.
std::string make(const IpcObjects& objects);
/// Which of them are there: "shared memory, semaphores, queue, POSIX queue", or nothing.
std::string present(const IpcObjects& objects);
/// The same in the IPC namespace that a process is in, as root there.
std::string make_at(pid_t pid, const IpcObjects& objects);
std::string present_at(pid_t pid, const IpcObjects& objects);
inline constexpr const char* kAllFour = "shared memory, semaphores, queue, POSIX queue";

/// How many bytes the filesystem at a path can hold, as a process finds it. See statvfs(3).
std::uint64_t size_at(pid_t pid, const std::string& path);
/// The permission bits of a path, as a process finds it: "1777". See stat(2).
std::string mode_at(pid_t pid, const std::string& path);

/// A setting as the calling process reads it: the value of "kernel/shmmni". See proc(5).
std::string setting(const std::string& name);
/// Why the calling process could not change the settings of an IPC namespace that it makes: the
/// errno's name, or nothing. It is in that namespace afterwards.
std::string settings_error();

}  // namespace toolkit::checks
