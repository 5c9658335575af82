#include "toolkit/check/keeper.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "toolkit/check/ids.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit::checks {
namespace {

// The cgroup namespace comes later: its root is where its maker is at that moment.
constexpr Ns kOwn = Ns::mount | Ns::pid | Ns::uts | Ns::ipc | Ns::net;
// The user namespace first: it gives the capabilities for the others. The mounts last: /proc goes with them.
constexpr std::array kOrder{Ns::user, Ns::cgroup, Ns::ipc, Ns::uts, Ns::net, Ns::pid, Ns::mount};

/// A change of ids clears PDEATHSIG and makes the process traceable or not: both are set after it.
void become_root() {
  // Without a range of ids the kernel says "deny" to setgroups, and no group can be dropped.
  if (::setgroups(0, nullptr) == -1 && errno != EPERM) throw_errno("setgroups");
  check(::setresgid(0, 0, 0), "setresgid");
  check(::setresuid(0, 0, 0), "setresuid");
  check(::prctl(PR_SET_PDEATHSIG, SIGKILL), "prctl", "PR_SET_PDEATHSIG");
}

/// Whoever forks without end runs out of numbers here, and nobody else does. Linux 6.14 has a limit of each
/// pid namespace; an older kernel has one for all, and refuses whoever is not the host's root.
void limit_processes() {
  try {
    write_file("/proc/sys/kernel/pid_max", "1024");
  } catch (
      const SystemError&) {  // NOLINT: then the limits of each user and the checker's eye have to do
  }
}

[[noreturn]] void stay() {
  ::signal(SIGCHLD, SIG_IGN);  // orphans come here, and are reaped by the kernel
  check(::close_range(0, ~0U, 0), "close_range");
  while (true) ::pause();
}

void hand_over(FdRef socket, Ns kinds) {
  std::vector<Fd> held;
  for (const Ns kind : kOrder) {
    if (has(kinds, kind)) held.push_back(open_namespace(::getpid(), kind));
  }
  held.push_back(open_file("/", O_PATH | O_DIRECTORY));
  held.push_back(open_file("/proc", O_RDONLY | O_DIRECTORY));
  check(::prctl(PR_SET_DUMPABLE, 0), "prctl", "PR_SET_DUMPABLE");
  for (const Fd& fd : held) send_fd(socket, fd);
}

[[noreturn]] void keep(const Ground& ground, const std::string& hostname, FdRef socket, Ns kinds,
                       const Gate& mapped) {
  become_root();
  if (!mapped.parent_alive()) ::_exit(1);  // it ended while nothing was set for that
  ::umask(022);
  unshare(Ns::cgroup);
  lay_ground(ground);
  if (ground.kernel == Ground::Kernel::own) limit_processes();
  set_hostname(hostname);
  bring_loopback_up();
  hand_over(socket, kinds);
  stay();
}

}  // namespace

Kept start_keeper(const Ground& ground, const std::string& hostname,
                  const std::function<void(pid_t)>& join) {
  const bool contained = ground.kernel == Ground::Kernel::own;
  const Ns kinds = contained ? kOwn | Ns::user : kOwn;
  SocketPair sockets = make_socket_pair();
  Gate mapped;
  Process keeper = Process::spawn({.namespaces = kinds}, [&] {
    mapped.wait();
    keep(ground, hostname, sockets.theirs, kinds | Ns::cgroup, mapped);
  });
  if (contained) write_id_maps(keeper.pid(), machine_ids());
  if (join) join(keeper.pid());
  mapped.open();
  sockets.theirs.reset();
  Kept kept{.process = std::move(keeper), .namespaces = {}, .root = {}, .proc = {}};
  const auto take = [&] {
    Fd fd = receive_fd(sockets.ours);
    if (!fd) kept.process.await_exec();  // throws what it threw
    if (!fd) throw std::runtime_error("the first process of a machine ended without a word");
    return fd;
  };
  for (const Ns kind : kOrder) {
    if (has(kinds | Ns::cgroup, kind)) kept.namespaces.emplace_back(kind, take());
  }
  kept.root = take();
  kept.proc = take();
  return kept;
}

void enter_machine(const std::vector<std::pair<Ns, Fd>>& namespaces) {
  // Nobody's keys are found from inside. See session-keyring(7); a kernel without keyrings has none to find.
  static_cast<void>(::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr));
  for (const auto& [kind, fd] : namespaces) enter(fd, kind);
  become_root();
  ::umask(022);
}

}  // namespace toolkit::checks
