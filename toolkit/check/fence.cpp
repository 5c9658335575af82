#include "toolkit/check/fence.hpp"

#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>

#include <memory>

#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/limits.hpp"

namespace toolkit::checks {
namespace {

/// libseccomp gives the negative errno of a call that failed.
void done(int result, const char* what) {
  if (result < 0) throw SystemError(-result, "seccomp", what);
}

void refuse_namespaces_and_keys() {
  const std::unique_ptr<void, void (*)(void*)> filter(::seccomp_init(SCMP_ACT_ALLOW),
                                                      ::seccomp_release);
  if (!filter) throw SystemError(ENOMEM, "seccomp", "init");
  const scmp_arg_cmp asks = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER);
  done(::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 1, asks),
       "unshare");
  done(::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, asks), "clone");
  // Its flags are in memory, where a filter can't look: libc falls back to clone.
  done(::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0), "clone3");
  // Keys belong to a uid of a user namespace, and this is the host's.
  for (const int call : {SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key)}) {
    done(::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 0), "keys");
  }
  done(::seccomp_load(filter.get()), "load");
}

}  // namespace

void be_ended_first() { write_file("/proc/self/oom_score_adj", "1000"); }

void set_limits() {
  constexpr rlim_t kProcesses = 512;
  lower_limit(RLIMIT_NPROC, kProcesses, "RLIMIT_NPROC");
  lower_limit(RLIMIT_CORE, 0, "RLIMIT_CORE");
}

void drop_host_powers() {
  constexpr CapSet kKept{CAP_CHOWN,  CAP_DAC_OVERRIDE, CAP_FOWNER,     CAP_FSETID, CAP_KILL,
                         CAP_SETGID, CAP_SETUID,       CAP_SYS_CHROOT, CAP_MKNOD};
  refuse_namespaces_and_keys();
  limit_bounding_set(kKept);
  set_capabilities({.effective = kKept, .permitted = kKept});
}

void drop_powers(const std::vector<unsigned>& capabilities) {
  if (capabilities.empty()) return;
  std::uint64_t gone = 0;
  for (const unsigned number : capabilities) gone |= std::uint64_t{1} << number;
  limit_bounding_set(CapSet(bounding_set().bits() & ~gone));
}

void refuse_interface_calls() {
  const std::unique_ptr<void, void (*)(void*)> filter(::seccomp_init(SCMP_ACT_ALLOW),
                                                      ::seccomp_release);
  if (!filter) throw SystemError(ENOMEM, "seccomp", "init");
  constexpr scmp_datum_t kLow = 0xffffffff;  // the kernel looks at no more
  for (const int request : {SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFNAME}) {
    const scmp_arg_cmp asks = SCMP_A1(SCMP_CMP_MASKED_EQ, kLow, static_cast<scmp_datum_t>(request));
    done(::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, asks),
         "ioctl");
  }
  done(::seccomp_load(filter.get()), "load");
}

}  // namespace toolkit::checks
