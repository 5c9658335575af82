#pragma once

#include <sys/types.h>

#include <string>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/ns.hpp"

namespace toolkit {

/// "mnt", "uts", …: the name of one kind's file in /proc/PID/ns. See namespaces(7).
const char* proc_name(Ns kind);

/// Gives the calling process new namespaces; for pid and time only its children enter them.
/// Throws SystemError "unshare". See unshare(2).
void unshare(Ns kinds);

/// The namespace of one kind that a process is in, as a descriptor that keeps it alive.
Fd open_namespace(pid_t pid, Ns kind);

/// Joins a namespace. EINVAL when the descriptor is of another kind. See setns(2).
void enter(FdRef ns, Ns kind);

/// The inode that names a namespace: equal inode = same namespace.
ino_t namespace_id(pid_t pid, Ns kind);

/// Sets the host name of the UTS namespace this process is in. See sethostname(2).
void set_hostname(const std::string& name);

/// Brings lo up in the network namespace this process is in; the kernel adds 127.0.0.1 and ::1.
/// See netdevice(7).
void bring_loopback_up();

}  // namespace toolkit
