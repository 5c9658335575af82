#pragma once

#include <sys/types.h>

namespace toolkit::probe {

/// Counts a signal from now on; -1 with errno when the kernel gives it to nobody. See sigaction(2).
int catch_signal(int number) noexcept;
bool is_caught(int number) noexcept;
/// How often it came.
int times_caught(int number) noexcept;

enum class Came { yes, nobody_asks_any_more };
/// Waits until a caught signal has come, or the other end of the socket was closed.
Came await_signal(int number, int socket) noexcept;

/// Sends itself a signal with its default action, and leaves no core file. Returns when it survived:
/// PID 1 of a pid namespace does, but for SIGSEGV, see pid_namespaces(7).
void die_of(int number) noexcept;

/// fork(2); in the child every caught signal has its default action, from its first moment on.
pid_t fork_forgetting() noexcept;

}  // namespace toolkit::probe
