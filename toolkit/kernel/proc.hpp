#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolkit {

/// What /proc/PID/stat says of a process. See proc(5).
struct ProcessStat {
  std::string name = {};          ///< at most 15 bytes, whatever the process made of them
  char state = '?';               ///< R S D Z T t X I
  pid_t parent = 0;               ///< 0: none in the pid namespace of this /proc
  pid_t group = 0;                ///< its process group
  pid_t session = 0;              ///< its session
  std::uint64_t terminal = 0;     ///< the number of its controlling terminal's device, 0: none
  pid_t foreground = -1;          ///< the group in that terminal's foreground, -1: none
  std::uint64_t user_time = 0;    ///< in ticks of sysconf(_SC_CLK_TCK)
  std::uint64_t system_time = 0;  ///< in ticks
  std::uint64_t start_time = 0;   ///< in ticks since the boot: with the pid it is never another's
};

/// Nothing when the text is no line of such a file. The name stands in brackets and may hold brackets
/// too: what follows is counted from the last one.
std::optional<ProcessStat> parse_process_stat(std::string_view text);
/// Throws SystemError, ENOENT or ESRCH when there is no such process.
ProcessStat process_stat(pid_t pid);

}  // namespace toolkit
