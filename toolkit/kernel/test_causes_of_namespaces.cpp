#include <grp.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/test_causes.hpp"

namespace toolkit::test {
namespace {

/// A child made by clone3 ends at once.
int clone_with(std::uint64_t flags) {
  clone_args arguments{};
  arguments.flags = flags;
  arguments.exit_signal = SIGCHLD;
  const long child = ::syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child == 0) ::_exit(0);
  const int error = said(child);
  if (child > 0) ::waitpid(static_cast<pid_t>(child), nullptr, 0);
  return error;
}

void allow_no_uts_namespaces() { write_file("/proc/sys/user/max_uts_namespaces", "0"); }

int clone_where_init_has_ended() {
  unshare(Ns::pid);
  const int error = clone_with(0);  // PID 1, which ends
  return error != 0 ? 0 : clone_with(0);
}

int unshare_pid_twice() {
  unshare(Ns::pid);
  return said(::unshare(CLONE_NEWPID));
}

int clone_pid_after_unshare() {
  unshare(Ns::pid);
  return clone_with(CLONE_NEWPID);
}

int unshare_in_chroot() {
  check(::chroot("/proc"), "chroot", "/proc");
  return said(::unshare(CLONE_NEWUSER));
}

int enter_own(Ns kind, int flag) {
  const Fd own = open_namespace(::getpid(), kind);
  return said(::setns(own.get(), flag));
}

std::string one_id(unsigned inside, unsigned outside, unsigned count) {
  return std::to_string(inside) + " " + std::to_string(outside) + " " + std::to_string(count);
}

int map_gid_too_early() {
  const unsigned gid = ::getgid();
  unshare(Ns::user);
  return said_writing("/proc/self/gid_map", one_id(0, gid, 1));
}

int map_uid(unsigned outside, unsigned count) {
  unshare(Ns::user);
  return said_writing("/proc/self/uid_map", one_id(0, outside, count));
}

int map_uid_twice() {
  const unsigned uid = ::getuid();
  unshare(Ns::user);
  write_file("/proc/self/uid_map", one_id(0, uid, 1));
  return said_writing("/proc/self/uid_map", one_id(0, uid, 1));
}

int map_uid_of_nothing() { return map_uid(::getuid(), 0); }

/// The parent, made by inside(), denied it.
int allow_what_is_denied() {
  unshare(Ns::user);
  return said_writing("/proc/self/setgroups", "allow");
}

/// As after setresuid(2): a program that gave up its user id is not dumpable.
int open_when_not_dumpable(const char* file) {
  check(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl");
  unshare(Ns::user);
  return said(::open(file, O_WRONLY | O_CLOEXEC));
}

/// The same, by what people do.
int open_when_uid_was_changed(const char* file) {
  constexpr uid_t kOther = 65533;
  check(::setresuid(kOther, kOther, kOther), "setresuid");
  unshare(Ns::user);
  return said(::open(file, O_WRONLY | O_CLOEXEC));
}

int set_clock_too_late() {
  unshare(Ns::time);
  clone_with(0);  // the first one in it
  return said_writing("/proc/self/timens_offsets", "monotonic 10 0");
}

int connect_to_itself() {
  const Fd socket(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return said(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),  // NOLINT
                        sizeof address));
}

}  // namespace

std::vector<Cause> causes_of_namespaces() {
  const std::string long_name(65, 'h');
  return {
      {.call = "connect", .error = ENETUNREACH, .kinds = Ns::net, .fail = connect_to_itself},
      {.call = "connect",
       .error = ECONNREFUSED,
       .kinds = Ns::net,
       .fail =
           [] {
             bring_loopback_up();
             return connect_to_itself();
           }},
      {.call = "unshare",
       .error = EPERM,
       .caller = Caller::nobody,
       .fail = [] { return said(::unshare(CLONE_NEWUTS)); }},
      {.call = "unshare", .error = EPERM, .fail = unshare_in_chroot},
      {.call = "unshare", .error = EINVAL, .fail = [] { return said(::unshare(1)); }},
      {.call = "unshare", .error = EINVAL, .fail = unshare_pid_twice},
      {.call = "unshare",
       .error = ENOSPC,
       .fail =
           [] {
             allow_no_uts_namespaces();
             return said(::unshare(CLONE_NEWUTS));
           }},
      {.call = "clone3",
       .error = EPERM,
       .caller = Caller::nobody,
       .fail = [] { return clone_with(CLONE_NEWUTS); }},
      {.call = "clone3",
       .error = EINVAL,
       .fail = [] { return clone_with(CLONE_NEWNS | CLONE_FS); }},
      {.call = "clone3", .error = EINVAL, .fail = clone_pid_after_unshare},
      {.call = "clone3",
       .error = ENOSPC,
       .fail =
           [] {
             allow_no_uts_namespaces();
             return clone_with(CLONE_NEWUTS);
           }},
      {.call = "clone3", .error = ENOMEM, .fail = clone_where_init_has_ended},
      {.call = "setns",
       .error = EPERM,
       .caller = Caller::nobody,
       .fail = [] { return enter_own(Ns::uts, CLONE_NEWUTS); }},
      {.call = "setns", .error = EINVAL, .fail = [] { return enter_own(Ns::uts, CLONE_NEWIPC); }},
      {.call = "setns", .error = EINVAL, .fail = [] { return enter_own(Ns::user, CLONE_NEWUSER); }},
      {.call = "setns", .error = EBADF, .fail = [] { return said(::setns(-1, 0)); }},
      {.call = "sethostname", .error = EPERM, .fail = [] { return said(::sethostname("x", 1)); }},
      {.call = "sethostname",
       .error = EINVAL,
       .kinds = Ns::uts,
       .fail = [=] { return said(::sethostname(long_name.c_str(), long_name.size())); }},
      {.call = "setdomainname",
       .error = EPERM,
       .fail = [] { return said(::setdomainname("x", 1)); }},
      {.call = "setdomainname",
       .error = EINVAL,
       .kinds = Ns::uts,
       .fail = [=] { return said(::setdomainname(long_name.c_str(), long_name.size())); }},
  };
}

std::vector<Cause> causes_of_ids() {
  constexpr auto kNobody = Caller::nobody;
  return {
      {.call = "write",
       .subject = "gid_map",
       .error = EPERM,
       .caller = kNobody,
       .fail = map_gid_too_early},
      {.call = "write",
       .subject = "uid_map",
       .error = EPERM,
       .caller = kNobody,
       .fail = [] { return map_uid(0, 1); }},
      {.call = "write",
       .subject = "uid_map",
       .error = EPERM,
       .caller = kNobody,
       .fail = map_uid_twice},
      {.call = "write",
       .subject = "uid_map",
       .error = EINVAL,
       .caller = kNobody,
       .fail = map_uid_of_nothing},
      {.call = "write", .subject = "setgroups", .error = EPERM, .fail = allow_what_is_denied},
      {.call = "openat",
       .subject = "uid_map",
       .error = EACCES,
       .caller = kNobody,
       .fail = [] { return open_when_not_dumpable("/proc/self/uid_map"); }},
      {.call = "openat",
       .subject = "gid_map",
       .error = EACCES,
       .caller = kNobody,
       .fail = [] { return open_when_not_dumpable("/proc/self/gid_map"); }},
      {.call = "openat",
       .subject = "gid_map",
       .error = EACCES,
       .caller = Caller::host_root,
       .fail = [] { return open_when_uid_was_changed("/proc/self/gid_map"); }},
      {.call = "openat",
       .subject = "setgroups",
       .error = EACCES,
       .caller = kNobody,
       .fail = [] { return open_when_not_dumpable("/proc/self/setgroups"); }},
      {.call = "openat",
       .subject = "setgroups",
       .error = EACCES,
       .caller = Caller::host_root,
       .fail = [] { return open_when_uid_was_changed("/proc/self/setgroups"); }},
      {.call = "write", .subject = "timens_offsets", .error = EACCES, .fail = set_clock_too_late},
      {.call = "setgroups", .error = EPERM, .fail = [] { return said(::setgroups(0, nullptr)); }},
      {.call = "setuid", .error = EINVAL, .fail = [] { return said(::setuid(5)); }},
      {.call = "setuid",
       .error = EPERM,
       .caller = kNobody,
       .fail = [] { return said(::setuid(5)); }},
      {.call = "setgid", .error = EINVAL, .fail = [] { return said(::setgid(5)); }},
      {.call = "setgid",
       .error = EPERM,
       .caller = kNobody,
       .fail = [] { return said(::setgid(5)); }},
  };
}

}  // namespace toolkit::test
