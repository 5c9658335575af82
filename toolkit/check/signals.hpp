#pragma once

#include <sys/types.h>

#include <string>

namespace toolkit::checks {

/// Is there such a process, and is it no zombie?
bool is_alive(pid_t pid);
/// Was this signal sent to a process that has not taken it yet? See ShdPnd in proc(5).
bool is_pending(pid_t pid, int signal);
/// "SIGTERM"
std::string signal_name(int signal);

}  // namespace toolkit::checks
