#include "toolkit/check/trace_flags.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <initializer_list>
#include <string_view>

// <sys/mount.h> and <linux/mount.h> of Debian 12 exclude each other; these are of the former alone.
#ifndef MNT_DETACH
#define MNT_FORCE 1
#define MNT_DETACH 2
#define MNT_EXPIRE 4
#define UMOUNT_NOFOLLOW 8
#endif

namespace toolkit::checks {
namespace {

struct Name {
  std::uint64_t value = 0;
  std::string_view text = {};
};

// A macro, so that each name is written once.
#define NAMED(name) \
  Name { static_cast<std::uint64_t>(name), #name }

std::string based(std::uint64_t number, std::string_view prefix, int base) {
  std::array<char, 32> digits{};
  const auto* const end = std::to_chars(digits.begin(), digits.end(), number, base).ptr;
  return std::string(prefix).append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

std::string joined(std::uint64_t flags, std::initializer_list<Name> names) {
  std::string text;
  const auto add = [&text](std::string_view part) {
    text.append(text.empty() ? "" : "|").append(part);
  };
  for (const Name& name : names) {
    if (name.value == 0 || (flags & name.value) != name.value) continue;
    add(name.text);
    flags &= ~name.value;
  }
  if (flags != 0) add(hex(flags));
  return text.empty() ? "0" : text;
}

std::string one_of(std::uint64_t value, std::initializer_list<Name> names) {
  const auto* found = std::find_if(names.begin(), names.end(),
                                   [&](const Name& name) { return name.value == value; });
  return found != names.end() ? std::string(found->text) : std::to_string(value);
}

/// Flags of which one stands for a number in some bits, put before the others.
std::string with_first(const std::string& first, std::uint64_t rest, const std::string& others) {
  return rest == 0 ? first : first + "|" + others;
}

}  // namespace

std::string hex(std::uint64_t number) { return based(number, "0x", 16); }
std::string mode_bits(std::uint64_t mode) { return mode == 0 ? "0" : based(mode, "0", 8); }

std::string mount_flags(std::uint64_t flags) {
  constexpr std::uint64_t kMagic = 0xC0ED0000;  // Linux 2.2 wanted it, and some still write it
  if ((flags & 0xFFFF0000U) == kMagic) flags &= 0xFFFFU;
  return joined(
      flags, {NAMED(MS_RDONLY),      NAMED(MS_NOSUID),  NAMED(MS_NODEV),      NAMED(MS_NOEXEC),
              NAMED(MS_SYNCHRONOUS), NAMED(MS_REMOUNT), NAMED(MS_MANDLOCK),   NAMED(MS_DIRSYNC),
              NAMED(MS_NOSYMFOLLOW), NAMED(MS_NOATIME), NAMED(MS_NODIRATIME), NAMED(MS_BIND),
              NAMED(MS_MOVE),        NAMED(MS_REC),     NAMED(MS_SILENT),     NAMED(MS_UNBINDABLE),
              NAMED(MS_PRIVATE),     NAMED(MS_SLAVE),   NAMED(MS_SHARED),     NAMED(MS_RELATIME),
              NAMED(MS_STRICTATIME), NAMED(MS_LAZYTIME)});
}

std::string umount_flags(std::uint64_t flags) {
  return joined(flags,
                {NAMED(MNT_FORCE), NAMED(MNT_DETACH), NAMED(MNT_EXPIRE), NAMED(UMOUNT_NOFOLLOW)});
}

std::string unshare_flags(std::uint64_t flags) {
  return joined(flags, {NAMED(CLONE_NEWUSER),
                        NAMED(CLONE_NEWNS),
                        NAMED(CLONE_NEWPID),
                        NAMED(CLONE_NEWUTS),
                        NAMED(CLONE_NEWIPC),
                        NAMED(CLONE_NEWNET),
                        NAMED(CLONE_NEWCGROUP),
                        NAMED(CLONE_NEWTIME),
                        NAMED(CLONE_VM),
                        NAMED(CLONE_FS),
                        NAMED(CLONE_FILES),
                        NAMED(CLONE_SIGHAND),
                        NAMED(CLONE_PIDFD),
                        NAMED(CLONE_VFORK),
                        NAMED(CLONE_PARENT),
                        NAMED(CLONE_THREAD),
                        NAMED(CLONE_SYSVSEM),
                        NAMED(CLONE_SETTLS),
                        NAMED(CLONE_PARENT_SETTID),
                        NAMED(CLONE_CHILD_CLEARTID),
                        NAMED(CLONE_CHILD_SETTID),
                        NAMED(CLONE_INTO_CGROUP)});
}

std::string clone_flags(std::uint64_t flags) {
  const std::uint64_t signal = flags & CSIGNAL;
  const std::uint64_t rest = flags & ~std::uint64_t{CSIGNAL};
  if (signal == 0) return unshare_flags(rest);
  return rest == 0 ? signal_name(signal) : unshare_flags(rest) + "|" + signal_name(signal);
}

std::string open_flags(std::uint64_t flags) {
  const std::uint64_t rest =
      flags & ~std::uint64_t{O_ACCMODE | 0100000};  // O_LARGEFILE is always on
  const std::string access =
      one_of(flags & O_ACCMODE, {NAMED(O_RDONLY), NAMED(O_WRONLY), NAMED(O_RDWR)});
  return with_first(
      access, rest,
      joined(rest, {NAMED(O_CREAT), NAMED(O_EXCL), NAMED(O_NOCTTY), NAMED(O_TRUNC), NAMED(O_APPEND),
                    NAMED(O_NONBLOCK), NAMED(O_TMPFILE), NAMED(O_DIRECTORY), NAMED(O_NOFOLLOW),
                    NAMED(O_CLOEXEC), NAMED(O_PATH), NAMED(O_SYNC)}));
}

std::string at_flags(std::uint64_t flags) {
  return joined(flags, {NAMED(AT_SYMLINK_NOFOLLOW), NAMED(AT_REMOVEDIR), NAMED(AT_SYMLINK_FOLLOW),
                        NAMED(AT_NO_AUTOMOUNT), NAMED(AT_EMPTY_PATH), NAMED(AT_RECURSIVE)});
}

std::string open_tree_flags(std::uint64_t flags) {
  const std::string clone = "OPEN_TREE_CLONE";
  const std::uint64_t rest = flags & ~std::uint64_t{OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC};
  std::string text = (flags & OPEN_TREE_CLONE) != 0 ? clone : "";
  if ((flags & OPEN_TREE_CLOEXEC) != 0)
    text += text.empty() ? "OPEN_TREE_CLOEXEC" : "|OPEN_TREE_CLOEXEC";
  if (text.empty()) return at_flags(rest);
  return with_first(text, rest, at_flags(rest));
}

std::string move_mount_flags(std::uint64_t flags) {
  return joined(flags, {NAMED(MOVE_MOUNT_F_SYMLINKS), NAMED(MOVE_MOUNT_F_AUTOMOUNTS),
                        NAMED(MOVE_MOUNT_F_EMPTY_PATH), NAMED(MOVE_MOUNT_T_SYMLINKS),
                        NAMED(MOVE_MOUNT_T_AUTOMOUNTS), NAMED(MOVE_MOUNT_T_EMPTY_PATH)});
}

std::string mount_attributes(std::uint64_t flags) {
  return joined(flags,
                {NAMED(MOUNT_ATTR_RDONLY), NAMED(MOUNT_ATTR_NOSUID), NAMED(MOUNT_ATTR_NODEV),
                 NAMED(MOUNT_ATTR_NOEXEC), NAMED(MOUNT_ATTR_NOATIME), NAMED(MOUNT_ATTR_STRICTATIME),
                 NAMED(MOUNT_ATTR_NODIRATIME), NAMED(MOUNT_ATTR_IDMAP)});
}

std::string wait_flags(std::uint64_t flags) {
  return joined(flags, {NAMED(WNOHANG), NAMED(WUNTRACED), NAMED(WEXITED), NAMED(WCONTINUED),
                        NAMED(WNOWAIT), NAMED(__WNOTHREAD), NAMED(__WALL), NAMED(__WCLONE)});
}

std::string file_mode(std::uint64_t mode) {
  const std::uint64_t type = mode & S_IFMT;
  if (type == 0) return mode_bits(mode);
  return one_of(type, {NAMED(S_IFCHR), NAMED(S_IFBLK), NAMED(S_IFIFO), NAMED(S_IFREG),
                       NAMED(S_IFDIR), NAMED(S_IFSOCK)}) +
         "|" + mode_bits(mode & ~std::uint64_t{S_IFMT});
}

std::string signal_name(std::uint64_t number) {
  const char* name = number < NSIG ? ::sigabbrev_np(static_cast<int>(number)) : nullptr;
  return name != nullptr && number != 0 ? std::string("SIG") + name : std::to_string(number);
}

std::string prctl_option(std::uint64_t option) {
  return one_of(option, {NAMED(PR_SET_PDEATHSIG), NAMED(PR_GET_PDEATHSIG), NAMED(PR_SET_DUMPABLE),
                         NAMED(PR_GET_DUMPABLE), NAMED(PR_SET_KEEPCAPS), NAMED(PR_GET_KEEPCAPS),
                         NAMED(PR_SET_NAME), NAMED(PR_GET_NAME), NAMED(PR_SET_SECCOMP),
                         NAMED(PR_CAPBSET_READ), NAMED(PR_CAPBSET_DROP), NAMED(PR_SET_SECUREBITS),
                         NAMED(PR_GET_SECUREBITS), NAMED(PR_SET_CHILD_SUBREAPER),
                         NAMED(PR_GET_CHILD_SUBREAPER), NAMED(PR_SET_NO_NEW_PRIVS),
                         NAMED(PR_GET_NO_NEW_PRIVS), NAMED(PR_CAP_AMBIENT), NAMED(PR_SET_VMA)});
}

std::string socket_family(std::uint64_t family) {
  return one_of(family, {NAMED(AF_UNIX), NAMED(AF_INET), NAMED(AF_INET6), NAMED(AF_NETLINK),
                         NAMED(AF_PACKET)});
}

std::string socket_type(std::uint64_t type) {
  const std::uint64_t rest = type & ~std::uint64_t{0xF};
  return with_first(one_of(type & 0xFU, {NAMED(SOCK_STREAM), NAMED(SOCK_DGRAM), NAMED(SOCK_RAW),
                                         NAMED(SOCK_SEQPACKET)}),
                    rest, joined(rest, {NAMED(SOCK_CLOEXEC), NAMED(SOCK_NONBLOCK)}));
}

#undef NAMED

}  // namespace toolkit::checks
