// Programs that start, trace, stop and end processes, and that come to no end themselves.
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "toolkit/check/test_subject.hpp"

namespace hostile {
namespace {

int bomb(const Job& /*job*/) {
  while (true) ::fork();
}

/// The limit of processes counts each uid for itself.
int bomb_uids(const Job& /*job*/) {
  for (uid_t uid = 1;; ++uid) {
    if (::fork() == 0) {
      tried(::setresuid(uid, uid, uid));
      while (true) {
        if (::fork() == -1) ::pause();
      }
    }
  }
}

int sleep_for_ever(const Job& /*job*/) {
  while (true) ::pause();
}

/// Never more than three at once, and never an end.
int chain(const Job& job) {
  if (::fork() != 0) return sleep_for_ever(job);
  while (true) {
    if (::fork() != 0) ::_exit(0);
  }
}

int spin(const Job& /*job*/) {
  volatile bool always = true;
  while (always) {
  }
  return 0;
}

int ignore_signals(const Job& job) {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_IGN);
  return sleep_for_ever(job);
}

int stop_itself(const Job& /*job*/) {
  while (true) ::raise(SIGSTOP);
}

int crash(const Job& /*job*/) {
  ::raise(SIGSEGV);
  return 0;
}

int crash_later(const Job& job) {
  isolate(job);
  const pid_t child = start(job.command);
  siginfo_t ended{};
  ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  std::abort();
}

int leave_somebody(const Job& job) {
  if (::fork() == 0) {
    ::setsid();
    if (::fork() == 0) return sleep_for_ever(job);
    ::_exit(0);
  }
  ::wait(nullptr);
  return do_it_well(job);
}

int leave_many(const Job& job) {
  for (int i = 0; i < 200; ++i) {
    if (::fork() == 0) return sleep_for_ever(job);
  }
  return do_it_well(job);
}

int kill_group(const Job& /*job*/) {
  ::kill(0, SIGKILL);
  return 0;
}

int kill_parent(const Job& job) {
  must_fail("a parent", ::getppid() == 0 ? -1 : 0);
  for (const int number : {SIGKILL, SIGSTOP, SIGTERM, SIGSEGV}) ::kill(1, number);
  return do_it_well(job);
}

int kill_all(const Job& job) {
  ::kill(-1, SIGKILL);
  return do_it_well(job);
}

int kill_payload(const Job& job) {
  isolate(job);
  const pid_t child = start(job.command);
  ::kill(-1, SIGKILL);
  return status_of(child);
}

int stop_all(const Job& job) {
  isolate(job);
  const pid_t child = start(job.command);
  ::kill(-1, SIGSTOP);
  return status_of(child);
}

/// In a pid namespace reboot(2) ends its first process, and all others with it.
int restart(const Job& /*job*/) {
  ::reboot(RB_AUTOBOOT);
  while (true) ::pause();
}

int trace_keeper(const Job& job) {
  must_fail("PTRACE_SEIZE 1", ::ptrace(PTRACE_SEIZE, 1, nullptr, nullptr));
  must_fail("PTRACE_ATTACH 1", ::ptrace(PTRACE_ATTACH, 1, nullptr, nullptr));
  std::array<char, 16> bytes{};
  iovec here{.iov_base = bytes.data(), .iov_len = bytes.size()};
  iovec there{.iov_base = &bytes, .iov_len = bytes.size()};
  must_fail("process_vm_readv 1", ::process_vm_readv(1, &here, 1, &there, 1, 0));
  return do_it_well(job);
}

int change_uid(const Job& job) {
  tried(::setgid(1));
  tried(::setuid(1));
  return do_it_well(job);
}

int eat_memory(const Job& job) {
  constexpr std::size_t kMuch = std::size_t{1} << 30;
  void* memory = ::mmap(nullptr, kMuch, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) std::memset(memory, 1, kMuch);
  return do_it_well(job);
}

int be_nice_to_nobody(const Job& job) {
  must_fail("setpriority", ::setpriority(PRIO_PROCESS, 0, -20));
  sched_param most{.sched_priority = 50};
  must_fail("SCHED_FIFO", ::sched_setscheduler(0, SCHED_FIFO, &most));
  return do_it_well(job);
}

constexpr std::array kAll = std::to_array<Behaviour>({
    {"well", do_it_well},
    {"forks-without-end", bomb},
    {"forks-as-many-users", bomb_uids},
    {"forks-and-exits", chain},
    {"hangs-asleep", sleep_for_ever},
    {"hangs-spinning", spin},
    {"hangs-ignoring-signals", ignore_signals},
    {"hangs-stopped", stop_itself},
    {"crashes", crash},
    {"crashes-at-the-end", crash_later},
    {"leaves-a-survivor", leave_somebody},
    {"leaves-many-survivors", leave_many},
    {"kills-its-group", kill_group},
    {"kills-its-parent", kill_parent},
    {"kills-all", kill_all},
    {"kills-its-payload", kill_payload},
    {"stops-all", stop_all},
    {"reboots", restart},
    {"traces-the-keeper", trace_keeper},
    {"becomes-another-user", change_uid},
    {"eats-memory", eat_memory},
    {"asks-for-priority", be_nice_to_nobody},
});

}  // namespace

std::span<const Behaviour> processes() { return kAll; }

}  // namespace hostile
