#include "toolkit/kernel/advice.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace toolkit {
namespace {

/// What is the same for who asks why: the errors of these calls have the same causes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kMadeOf = {{
    {"fork", "clone3"},
    {"vfork", "clone3"},
    {"clone", "clone3"},
    {"link", "linkat"},
    {"mknod", "mknodat"},
    {"open", "openat"},
    {"umount", "umount2"},
    {"unlink", "unlinkat"},
    {"setreuid", "setuid"},
    {"setresuid", "setuid"},
    {"setregid", "setgid"},
    {"setresgid", "setgid"},
    {"exec", "execve"},
    {"execveat", "execve"},
    {"waitid", "wait4"},
    {"waitpid", "wait4"},
}};

std::string_view kernel_name(std::string_view call) {
  const auto* found = std::find_if(kMadeOf.begin(), kMadeOf.end(),
                                   [&](const auto& pair) { return pair.first == call; });
  return found != kMadeOf.end() ? found->second : call;
}

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

const std::vector<Advice>& all_advice() {
  static const std::vector<Advice> kAll = {
      // roots
      {"pivot_root", "", EBUSY,
       "new_root or put_old is a directory on the mount that is the root now; new_root must be a "
       "mount of its own. What makes a directory a mount point?"},
      {"pivot_root", "", EINVAL,
       "new_root or the root of now is no mount point or a locked one, or the mount above one of "
       "them is shared, or put_old does not lie at or below new_root. What does "
       "/proc/self/mountinfo "
       "say of both, do the lines of the mounts above them hold the word shared, and was there a "
       "chroot before?"},
      {"pivot_root", "", EPERM,
       "It wants CAP_SYS_ADMIN in the user namespace that owns this mount namespace. Did the "
       "process make a mount namespace, and was it root in its user namespace then?"},
      {"chroot", "", EPERM,
       "It wants CAP_SYS_CHROOT in the user namespace of the process. Was the capability, or uid "
       "0, given up before this call?"},
      {"chroot", "", ENOENT,
       "There is no such directory, as seen from the root and the working directory that the "
       "process has now. Was the root changed once already?"},
      {"chroot", "", ENOTDIR,
       "The path leads to something that is no directory. Is it the program that was meant for "
       "execve?"},
      // namespaces
      {"unshare", "", EPERM,
       "Every namespace but a user namespace wants CAP_SYS_ADMIN; a user namespace can't be made "
       "from within a chroot. Without CLONE_NEWUSER among the flags: is the caller root? With it: "
       "was there a chroot, or does the machine forbid it to its users?"},
      {"unshare", "", EINVAL,
       "A flag is none that unshare knows, or one that a process with several threads can't use, "
       "or CLONE_NEWPID a second time. Which bits of the argument are not CLONE_NEW..., and was "
       "there an unshare before?"},
      {"unshare", "", ENOSPC,
       "A limit in /proc/sys/user is reached, or namespaces are nested deeper than 32. Which of "
       "the max_..._namespaces files holds a small number?"},
      {"clone3", "", EPERM,
       "Every namespace but a user namespace wants CAP_SYS_ADMIN; a user namespace can't be made "
       "from within a chroot. Without CLONE_NEWUSER among the flags: is the caller root? With it: "
       "was there a chroot, or does the machine forbid it to its users?"},
      {"clone3", "", EINVAL,
       "Two flags exclude each other (CLONE_NEWNS and CLONE_FS, CLONE_NEWPID and CLONE_THREAD), or "
       "a size is wrong, or CLONE_NEWPID comes after an unshare that had it. Is every field that "
       "is not used 0, and was there an unshare before?"},
      {"clone3", "", ENOSPC,
       "A limit in /proc/sys/user is reached, or namespaces are nested deeper than 32. Which of "
       "the max_..._namespaces files holds a small number?"},
      {"clone3", "", ENOMEM,
       "PID 1 of the pid namespace for the children has ended, and nobody can be born there any "
       "more. Which child was the first one after unshare(CLONE_NEWPID), and is it still there?"},
      {"setns", "", EPERM,
       "It wants CAP_SYS_ADMIN in the user namespace that owns the other namespace. Was that user "
       "namespace entered first?"},
      {"setns", "", EINVAL,
       "The descriptor is of another kind than the flag says, or it is the user namespace that the "
       "process is in already. Which file of /proc/PID/ns was opened?"},
      {"setns", "", EBADF,
       "The number is no open descriptor. Was it closed, or is it the -1 of an open that failed?"},
      {"sethostname", "", EPERM,
       "It wants CAP_SYS_ADMIN in the user namespace that owns this UTS namespace. Was "
       "CLONE_NEWUTS asked for before this call?"},
      {"sethostname", "", EINVAL,
       "A host name has at most 64 bytes. How long is it, without the zero byte at its end?"},
      {"setdomainname", "", EPERM,
       "It wants CAP_SYS_ADMIN in the user namespace that owns this UTS namespace. Was "
       "CLONE_NEWUTS asked for before this call?"},
      {"setdomainname", "", EINVAL,
       "A domain name has at most 64 bytes. How long is it, without the zero byte at its end?"},
      // mounts
      {"mount", "proc", EPERM,
       "In a user namespace a proc wants a pid namespace of its own, and a proc that nothing "
       "covers must still be in reach: once the old root is gone there is none. "
       "Is it mounted by a process in the new pid namespace, before the old root is let go?"},
      {"mount", "sys", EPERM,
       "In a user namespace sysfs wants a network namespace of its own, and a sysfs that nothing "
       "covers must still be in reach. Was CLONE_NEWNET asked for?"},
      {"mount", "", EPERM,
       "It wants CAP_SYS_ADMIN in the user namespace that owns this mount namespace. Did the "
       "process make a mount namespace, and was it root in its user namespace then?"},
      {"mount", "", EBUSY,
       "The same filesystem is mounted at this place already, or it shall become read-only while a "
       "file is open for writing. What does /proc/self/mountinfo say of the target?"},
      {"mount", "", EINVAL,
       "For MS_REMOUNT, MS_MOVE and a change of propagation the target must be a mount point; else "
       "the filesystem does not understand its data. Is the target a line of /proc/self/mountinfo? "
       "With data: is it key=value, with commas between?"},
      {"mount", "", ENODEV,
       "The kernel has no filesystem of this type. Is the type the third argument, and is it in "
       "/proc/filesystems?"},
      {"mount", "", ENOENT,
       "Source or target is not there; mount makes no directories. Which of the two paths does not "
       "exist, as seen from the root of now?"},
      {"mount", "", ENOTDIR,
       "A directory can be bound to a directory alone, and a file to a file. What are source and "
       "target?"},
      {"umount2", "", EINVAL,
       "The path is no mount point, or it is a mount that came with a copy of another user "
       "namespace's mounts and is locked. Which line of /proc/self/mountinfo ends at this path?"},
      {"umount2", "", EBUSY,
       "Something in it is in use: a working directory, an open file, a mount below. Who uses it, "
       "and is MNT_DETACH meant?"},
      {"umount2", "", EPERM,
       "It wants CAP_SYS_ADMIN in the user namespace that owns this mount namespace. Did the "
       "process make a mount namespace of its own?"},
      {"unlinkat", "", EBUSY,
       "The name is a mount point in this mount namespace. What does /proc/self/mountinfo say of "
       "it?"},
      {"linkat", "", EXDEV,
       "A hard link can't lead from one filesystem into another, nor to another mount; the files "
       "of /proc/PID/ns are on one of their own. Is a bind mount meant?"},
      {"mknodat", "", EPERM,
       "Device nodes want CAP_MKNOD in the first user namespace: root in another one can't make "
       "them. Can the host's node be bound over an empty file?"},
      // ids
      {"write", "gid_map", EPERM,
       "Without CAP_SETGID outside, only one's own gid can be mapped, and only after deny was "
       "written to setgroups; a map is written once. What was written to setgroups before?"},
      {"write", "uid_map", EPERM,
       "Without CAP_SETUID outside, only one's own uid can be mapped, in one line; a map is "
       "written once. Which uid did the process have before its user namespace?"},
      {"write", "uid_map", EINVAL,
       "A line is three numbers: first id inside, first id outside, how many; none overlap. Is the "
       "count at least 1?"},
      {"write", "setgroups", EPERM,
       "It can be denied only before gid_map is written, and what a parent denied stays so. Which "
       "of the two files was written first?"},
      {"openat", "uid_map", EACCES,
       "A process that changed its uid belongs to root in /proc until its next exec. Can the "
       "parent write the map?"},
      {"openat", "gid_map", EACCES,
       "A process that changed its uid belongs to root in /proc until its next exec. Can the "
       "parent write the map?"},
      {"openat", "setgroups", EACCES,
       "A process that changed its uid belongs to root in /proc until its next exec. Can the "
       "parent write it?"},
      {"write", "timens_offsets", EACCES,
       "The clocks of a time namespace are fixed once a process is in it. Is it written between "
       "unshare(CLONE_NEWTIME) and the first fork?"},
      {"connect", "", ENETUNREACH,
       "No route leads there; in a new network namespace even lo is down. Which links are up in "
       "the namespace that the process is in?"},
      {"connect", "", ECONNREFUSED,
       "Nobody listens at this address in the network namespace of the caller. In which namespace "
       "was the socket of the listener made?"},
      {"setgroups", "", EPERM,
       "It wants CAP_SETGID; in a user namespace also a gid_map, and setgroups must not be denied "
       "there. What does /proc/self/setgroups say?"},
      {"setuid", "", EINVAL,
       "This uid is not mapped in the user namespace. What does /proc/self/uid_map say?"},
      {"setuid", "", EPERM,
       "It wants CAP_SETUID, for another uid than one's own. Was uid 0 given up before this call?"},
      {"setgid", "", EINVAL,
       "This gid is not mapped in the user namespace. What does /proc/self/gid_map say?"},
      {"setgid", "", EPERM,
       "It wants CAP_SETGID, for another gid than one's own. Was the uid changed first, and with "
       "it the capabilities lost?"},
      // privileges
      {"capset", "", EPERM,
       "A capability that is no longer permitted can't come back. Which set was emptied before?"},
      {"prctl", "", EPERM,
       "It wants a capability (CAP_SETPCAP for the bounding set and the securebits). Was it "
       "dropped before this call?"},
      {"seccomp", "", EACCES,
       "A filter wants no_new_privs or CAP_SYS_ADMIN. Is PR_SET_NO_NEW_PRIVS set before it?"},
      // processes
      {"execve", "", ENOENT,
       "The file is not there, or what it needs to run: the loader of a dynamic program, the "
       "program behind #!. Are they there, as seen from the new root?"},
      {"execve", "", EACCES,
       "The file is a directory, lacks the x bit, or lies on a mount with noexec. What do its mode "
       "and the options of its mount say?"},
      {"execve", "", ENOEXEC,
       "The file is executable and of no format that the kernel knows. Does the script lack its #! "
       "line, or is it for another machine?"},
      {"execve", "", ETXTBSY,
       "The file is open for writing. Who copied it, and was the descriptor closed?"},
      {"wait4", "", ECHILD,
       "There is no such child: it was waited for already, it is somebody else's, or SIGCHLD is "
       "ignored. Which pid did the call get, and who forked it?"},
      {"kill", "", ESRCH,
       "There is no such process in this pid namespace. Was it waited for already, or is the "
       "number another namespace's?"},
      // control groups
      {"write", "cgroup.procs", ENOSPC,
       "A group of the cpuset hierarchy takes nobody before it has CPUs and memory nodes. What do "
       "its cpuset.cpus and cpuset.mems hold?"},
      {"write", "cgroup.procs", EBUSY,
       "In cgroup v2 a group that hands controllers such as memory or io on to its children holds "
       "no processes of its own, but for the first one. What does its cgroup.subtree_control "
       "hold?"},
  };
  return kAll;
}

std::string_view advice(std::string_view call, int error, std::string_view subject) {
  const std::string_view name = kernel_name(call);
  const std::string_view last = last_part(subject);
  std::string_view general;
  for (const Advice& known : all_advice()) {
    if (known.call != name || known.error != error) continue;
    if (known.subject.empty()) {
      general = known.text;
    } else if (known.subject == last) {
      return known.text;
    }
  }
  return general;
}

const std::vector<Silence>& all_silences() {
  static const std::vector<Silence> kAll = {
      {"mount", "MS_RDONLY", "MS_BIND",
       "A bind takes over the flags of what it binds and none of its own: this mount can be "
       "written. A second call, with MS_REMOUNT and MS_BIND, sets them. What does "
       "/proc/self/mountinfo say of it?"},
  };
  return kAll;
}

std::string_view silence(std::string_view call, std::string_view written) {
  const auto has = [&](std::string_view word) { return written.find(word) != written.npos; };
  for (const Silence& known : all_silences()) {
    if (known.call == call && has(known.flag) && has(known.beside) && !has("MS_REMOUNT")) {
      return known.text;
    }
  }
  return {};
}

}  // namespace toolkit
