#pragma once

namespace toolkit::course {

// What a sandbox takes from the processes in it. A test calls these in a child of its own.

/// A user namespace in which every max_*_namespaces is 0. The limits of a user namespace are its
/// own: writing them changes nothing outside.
void take_namespaces();

/// CAP_SYS_ADMIN, from the bounding set and from what is held, as docker does.
void take_sys_admin();

/// The caller becomes uid 65534.
void take_root();

/// One system call answers with an errno, as docker's seccomp profile has it.
void filter_call(unsigned call, unsigned error);

/// A mount table of our own in which every mount is shared, as under systemd, and a /tmp that nobody
/// else writes to: what a probe leaks is seen there, and nothing else.
void take_quiet_tmp();

}  // namespace toolkit::course
