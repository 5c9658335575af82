#pragma once

#include <sys/types.h>
#include <time.h>

namespace toolkit::checks {

/// Are there time namespaces in this kernel? See time_namespaces(7).
bool has_time_namespaces();

/// What is added to the kernel's own clocks in a time namespace, in seconds.
struct Offsets {
  double monotonic = 0;
  double boottime = 0;
};
/// As the kernel tells it of the namespace that a process's next children will be in: for one that
/// never asked for another, its own. See /proc/PID/timens_offsets in time_namespaces(7).
Offsets offsets_of(pid_t pid);

/// What a clock reads in the time namespace of a process, minus what it reads here at the same moment:
/// the middle of the shortest of a few readings. Throws SystemError.
double ahead_by(pid_t pid, clockid_t clock);

}  // namespace toolkit::checks
