// Born in lab 18.
#include "toolkit/kernel/capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "toolkit/kernel/error.hpp"

namespace toolkit {
namespace {

constexpr std::array<std::string_view, 41> kNames = {"CAP_CHOWN",
                                                     "CAP_DAC_OVERRIDE",
                                                     "CAP_DAC_READ_SEARCH",
                                                     "CAP_FOWNER",
                                                     "CAP_FSETID",
                                                     "CAP_KILL",
                                                     "CAP_SETGID",
                                                     "CAP_SETUID",
                                                     "CAP_SETPCAP",
                                                     "CAP_LINUX_IMMUTABLE",
                                                     "CAP_NET_BIND_SERVICE",
                                                     "CAP_NET_BROADCAST",
                                                     "CAP_NET_ADMIN",
                                                     "CAP_NET_RAW",
                                                     "CAP_IPC_LOCK",
                                                     "CAP_IPC_OWNER",
                                                     "CAP_SYS_MODULE",
                                                     "CAP_SYS_RAWIO",
                                                     "CAP_SYS_CHROOT",
                                                     "CAP_SYS_PTRACE",
                                                     "CAP_SYS_PACCT",
                                                     "CAP_SYS_ADMIN",
                                                     "CAP_SYS_BOOT",
                                                     "CAP_SYS_NICE",
                                                     "CAP_SYS_RESOURCE",
                                                     "CAP_SYS_TIME",
                                                     "CAP_SYS_TTY_CONFIG",
                                                     "CAP_MKNOD",
                                                     "CAP_LEASE",
                                                     "CAP_AUDIT_WRITE",
                                                     "CAP_AUDIT_CONTROL",
                                                     "CAP_SETFCAP",
                                                     "CAP_MAC_OVERRIDE",
                                                     "CAP_MAC_ADMIN",
                                                     "CAP_SYSLOG",
                                                     "CAP_WAKE_ALARM",
                                                     "CAP_BLOCK_SUSPEND",
                                                     "CAP_AUDIT_READ",
                                                     "CAP_PERFMON",
                                                     "CAP_BPF",
                                                     "CAP_CHECKPOINT_RESTORE"};

constexpr unsigned kMostEver = 63;  // the sets are 64 bits wide; the kernel says EINVAL earlier

/// The low and the high half, as version 3 of the interface has them.
using Halves = std::array<__user_cap_data_struct, 2>;

__user_cap_header_struct own_header() { return {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0}; }

constexpr std::uint64_t join(std::uint32_t low, std::uint32_t high) {
  return low | std::uint64_t{high} << 32U;
}

}  // namespace

std::string_view capability_name(unsigned number) {
  return number < kNames.size() ? kNames[number] : std::string_view{};
}

std::vector<std::string_view> capability_names(CapSet set) {
  std::vector<std::string_view> names;
  for (unsigned number = 0; number < kNames.size(); ++number) {
    if (set.contains(number)) names.push_back(kNames[number]);
  }
  return names;
}

CapSet default_capabilities() {
  return {CAP_CHOWN,   CAP_DAC_OVERRIDE, CAP_FSETID,           CAP_FOWNER,
          CAP_MKNOD,   CAP_NET_RAW,      CAP_SETGID,           CAP_SETUID,
          CAP_SETFCAP, CAP_SETPCAP,      CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT,
          CAP_KILL,    CAP_AUDIT_WRITE};
}

Capabilities current_capabilities() {
  __user_cap_header_struct header = own_header();
  Halves halves{};
  check(::syscall(SYS_capget, &header, halves.data()), "capget");
  return {.effective = CapSet(join(halves[0].effective, halves[1].effective)),
          .permitted = CapSet(join(halves[0].permitted, halves[1].permitted)),
          .inheritable = CapSet(join(halves[0].inheritable, halves[1].inheritable))};
}

void set_capabilities(const Capabilities& wanted) {
  __user_cap_header_struct header = own_header();
  Halves halves{};
  for (unsigned half = 0; half < halves.size(); ++half) {
    const auto part = [half](CapSet set) {
      return static_cast<std::uint32_t>(set.bits() >> 32U * half);
    };
    halves[half] = {.effective = part(wanted.effective),
                    .permitted = part(wanted.permitted),
                    .inheritable = part(wanted.inheritable)};
  }
  check(::syscall(SYS_capset, &header, halves.data()), "capset");
}

CapSet bounding_set() {
  std::uint64_t bits = 0;
  for (unsigned number = 0; number <= kMostEver; ++number) {
    const int present = ::prctl(PR_CAPBSET_READ, number, 0, 0, 0);
    if (present < 0) break;
    bits |= static_cast<std::uint64_t>(present) << number;
  }
  return CapSet(bits);
}

void limit_bounding_set(CapSet keep) {
  for (unsigned number = 0; number <= kMostEver; ++number) {
    if (keep.contains(number)) continue;
    if (::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0) continue;
    if (errno == EINVAL) return;  // past the last one that this kernel has
    throw_errno("prctl", "PR_CAPBSET_DROP");
  }
}

void set_no_new_privs() {
  check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl", "PR_SET_NO_NEW_PRIVS");
}

}  // namespace toolkit
