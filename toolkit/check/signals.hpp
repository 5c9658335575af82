#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace toolkit::checks {

class Subject;

/// Is there such a process, and is it no zombie?
bool is_alive(pid_t pid);
/// Was this signal sent to a process that has not taken it yet? See ShdPnd in proc(5).
bool is_pending(pid_t pid, int signal);
/// Is a signal in a mask of /proc/PID/status: "SigBlk" those it has blocked, "SigCgt" those it handles?
bool is_in_mask(pid_t pid, const char* mask, int signal);
/// Has a payload handle HUP, INT, QUIT, TERM, USR1 and USR2, and sends each once to another process,
/// `to`, in an order of their own each time. `workers` are those who are to pass them on. The first
/// that did not come once, and how often it came.
struct Strayed {
  int signal = 0;
  std::string times = {};  ///< empty when the payload has gone, or has no time to answer
};
std::optional<Strayed> send_each(Subject& subject, pid_t to, const std::vector<pid_t>& workers);
/// How often a payload that handles a signal got it; empty when it does not answer.
std::string times_caught(Subject& subject, int signal);
/// Has a payload handle a signal, and count it.
void catch_in(Subject& subject, int signal);
/// Sends a signal to a process that sleeps. Does it wake? What process 1 of a pid namespace neither
/// handles nor has blocked is thrown away, see pid_namespaces(7).
bool wakes(pid_t pid, int signal);
/// "SIGTERM"
std::string signal_name(int signal);

}  // namespace toolkit::checks
