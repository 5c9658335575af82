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

/// Joins several namespaces of one process by its pidfd: all of them, or none. The kernel takes the user
/// namespace first and judges by the rights that the caller has over it; one call for each kind would have
/// to do the same. For pid and time only children enter. EINVAL from Linux before 5.8, whose setns takes
/// no pidfd; EINVAL also for the user namespace one is in already. See setns(2).
void enter_of(FdRef pidfd, Ns kinds);

/// The namespace that a path leads to. Throws std::runtime_error with the path when there is something
/// else, or a namespace of another kind. See NS_GET_NSTYPE in ioctl_ns(2).
Fd open_namespace_at(const std::string& path, Ns kind);

/// The user namespace that a namespace belongs to: its rights count there. EPERM when that one is not the
/// caller's and lies not below it. See NS_GET_USERNS in ioctl_ns(2).
Fd owner_of(FdRef ns);
/// The inode of a namespace that is open.
ino_t namespace_id(FdRef ns);

/// Keeps a namespace alive without a process in it: a file is made at `path`, and the namespace mounted
/// on it. Throws SystemError "open" or "mount", and then leaves nothing. EINVAL for a mount namespace
/// that is no younger than the caller's (it would hold itself) or where the mount at `path` has peers
/// (to which it would be copied): make that one private first. See "Bind mounts" in namespaces(7).
void persist(FdRef ns, const std::string& path);
/// Undoes persist(): the namespace lives on as long as somebody else holds it.
void forget(const std::string& path);

/// The inode that names a namespace: equal inode = same namespace.
ino_t namespace_id(pid_t pid, Ns kind);

/// Sets the host name of the UTS namespace this process is in. See sethostname(2).
void set_hostname(const std::string& name);

/// Brings lo up in the network namespace this process is in; the kernel adds 127.0.0.1 and ::1.
/// See netdevice(7).
void bring_loopback_up();

}  // namespace toolkit
