#include "toolkit/course/doctor/take_away_test.hpp"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <string>

#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"

namespace toolkit::course {

void take_namespaces() {
  const std::string uid = std::to_string(::geteuid());
  const std::string gid = std::to_string(::getegid());
  unshare(Ns::user);
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 " + uid + " 1");
  write_file("/proc/self/gid_map", "0 " + gid + " 1");
  for (const char* kind : {"user", "mnt", "pid", "uts", "ipc", "net", "cgroup", "time"}) {
    write_file("/proc/sys/user/max_" + std::string(kind) + "_namespaces", "0");
  }
}

void take_sys_admin() {
  const std::uint64_t rest = bounding_set().bits() & ~(std::uint64_t{1} << unsigned{CAP_SYS_ADMIN});
  limit_bounding_set(CapSet(rest));
  const auto held = current_capabilities();
  const CapSet kept = held.permitted & CapSet(rest);
  set_capabilities({.effective = kept, .permitted = kept});
}

void take_root() {
  check(::setresgid(65534, 65534, 65534), "setresgid");
  check(::setresuid(65534, 65534, 65534), "setresuid");
  check(::prctl(PR_SET_DUMPABLE, 1), "prctl");  // as after an exec: /proc/self is its own
}

void filter_call(unsigned call, unsigned error) {
  std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog loaded{.len = program.size(), .filter = program.data()};
  set_no_new_privs();
  check(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &loaded), "seccomp");
}

void take_quiet_tmp() {
  unshare(Ns::mount);
  set_propagation("/", Propagation::private_);
  mount("tmpfs", "/tmp", "tmpfs", 0);
  set_propagation("/", Propagation::shared);
}

}  // namespace toolkit::course
