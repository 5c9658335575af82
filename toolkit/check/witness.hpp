#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace toolkit::checks {

/// How many bytes a process has read by read(2), as the kernel counts them; its children and threads
/// count for themselves. Nothing where it does not count, or when the process has ended. See
/// /proc/PID/io in proc(5).
std::optional<std::uint64_t> bytes_read(pid_t pid);

/// Is all that a process can execute, but for the kernel's own page, byte for byte the program? Its
/// root may have changed it through ptrace(2), or put another program behind its /proc/PID/exe.
/// Nothing when the process has ended.
std::optional<bool> runs_unchanged(pid_t pid, const std::string& program);

}  // namespace toolkit::checks
