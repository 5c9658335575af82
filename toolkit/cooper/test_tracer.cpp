#include "toolkit/cooper/test_tracer.hpp"

#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <map>
#include <set>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit::test {
namespace {

using SyscallInfo = __ptrace_syscall_info;

/// What a slow machine may take between two events.
int patience_seconds() {
  constexpr int kSeconds = 10;
  const char* slow = std::getenv("COOPERAGE_SLOW");
  return kSeconds * (slow != nullptr ? std::max(1, std::atoi(slow)) : 1);
}

template <typename Data>
long ptrace_call(int request, pid_t pid, unsigned long address, Data data) {
  return ::ptrace(static_cast<__ptrace_request>(request), pid, address, data);
}

/// A process that was stopped by an event, and what ptrace(2) resumes it with.
struct Stopped {
  pid_t pid = 0;
  int signal = 0;
};

class Tracer {
 public:
  Tracer(const std::vector<std::string>& command, const TraceOptions& options);
  Traced follow();

 private:
  [[noreturn]] void become(const std::vector<std::string>& command, Gate& gate) const;
  /// One event of any of them; false when there is nobody left.
  bool next();
  void end_all();
  void stopped(pid_t pid, int status);
  void syscall_stop(pid_t pid);
  void born(pid_t parent, int event);
  void executed(pid_t pid);
  void count(Role caller, const SyscallInfo& info);
  void kill_victim();
  void resume(const Stopped& process);
  void resume_or_hold(const Stopped& process);
  void release();
  [[nodiscard]] std::optional<Role> role_of(pid_t pid) const;
  [[nodiscard]] bool must_wait(pid_t pid) const;

  TraceOptions options_;
  Traced traced_;
  Fd stderr_;
  sigset_t child_signal_{};
  pid_t cooper_ = 0;
  pid_t container_ = 0;
  std::set<pid_t> alive_;
  std::set<pid_t> inside_;   ///< the container's processes
  std::set<pid_t> blocked_;  ///< in a call that may wait for another process
  std::optional<Stopped> held_;
  int container_execs_ = 0;
  bool started_ = false;  ///< the first program is running
  bool over_ = false;     ///< the command runs, or somebody was killed: no call is counted any more
};

Tracer::Tracer(const std::vector<std::string>& command, const TraceOptions& options)
    : options_(options), stderr_(check(::memfd_create("stderr", MFD_CLOEXEC), "memfd_create")) {
  check(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl", "PR_SET_CHILD_SUBREAPER");
  ::sigemptyset(&child_signal_);
  ::sigaddset(&child_signal_, SIGCHLD);
  check(::sigprocmask(SIG_BLOCK, &child_signal_, nullptr), "sigprocmask");
  Gate gate;
  cooper_ = check(::fork(), "fork");
  if (cooper_ == 0) become(command, gate);
  alive_.insert(cooper_);
  constexpr unsigned kOptions = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
                                PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
  check(ptrace_call(PTRACE_SEIZE, cooper_, 0, kOptions), "ptrace", "PTRACE_SEIZE");
  gate.open();
}

void Tracer::become(const std::vector<std::string>& command, Gate& gate) const {
  gate.wait();
  ::sigprocmask(SIG_UNBLOCK, &child_signal_, nullptr);
  const Fd null = open_file("/dev/null", O_RDWR);
  ::dup2(null.get(), 0);
  ::dup2(null.get(), 1);
  ::dup2(stderr_.get(), 2);
  if (options_.uid != ::geteuid()) {
    const bool changed = ::setgroups(0, nullptr) == 0 &&
                         ::setresgid(options_.uid, options_.uid, options_.uid) == 0 &&
                         ::setresuid(options_.uid, options_.uid, options_.uid) == 0;
    if (!changed) ::_exit(126);
  }
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

Traced Tracer::follow() {
  while (next()) {
  }
  ::lseek(stderr_.get(), 0, SEEK_SET);
  traced_.err = read_all(stderr_, "stderr");
  return std::move(traced_);
}

bool Tracer::next() {
  int status = 0;
  const pid_t pid = ::waitpid(-1, &status, __WALL | WNOHANG);
  if (pid == -1) return false;  // ECHILD: not one process is left
  if (pid == 0) {
    const timespec patience{.tv_sec = patience_seconds(), .tv_nsec = 0};
    if (::sigtimedwait(&child_signal_, nullptr, &patience) == -1 && errno == EAGAIN) end_all();
    return true;
  }
  if (WIFSTOPPED(status)) {
    stopped(pid, status);
    return true;
  }
  alive_.erase(pid);
  blocked_.erase(pid);
  if (pid == cooper_) {
    traced_.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  if (held_ && held_->pid == pid) held_.reset();
  release();
  return true;
}

void Tracer::end_all() {
  for (const pid_t pid : alive_) {
    traced_.outlived.push_back(pid);
    ::kill(pid, SIGKILL);  // a tracee's number is not given away before it is waited for
  }
  held_.reset();
}

void Tracer::stopped(pid_t pid, int status) {
  const int event = status >> 16;
  const int signal = WSTOPSIG(status);
  alive_.insert(pid);
  if (signal == (SIGTRAP | 0x80)) {
    syscall_stop(pid);
  } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
             event == PTRACE_EVENT_CLONE) {
    born(pid, event);
  } else if (event == PTRACE_EVENT_EXEC) {
    executed(pid);
  }
  const bool is_signal = event == 0 && signal != (SIGTRAP | 0x80);
  resume_or_hold({.pid = pid, .signal = is_signal ? signal : 0});
}

void Tracer::born(pid_t parent, int event) {
  unsigned long child = 0;
  if (ptrace_call(PTRACE_GETEVENTMSG, parent, 0, &child) == -1) return;
  alive_.insert(static_cast<pid_t>(child));
  // The helpers that write id maps are made by vfork.
  if (parent == cooper_ && event == PTRACE_EVENT_FORK && container_ == 0) {
    container_ = static_cast<pid_t>(child);
    inside_.insert(container_);
  }
  if (inside_.contains(parent)) inside_.insert(static_cast<pid_t>(child));
}

void Tracer::executed(pid_t pid) {
  if (pid == cooper_) started_ = true;
  // First the hop, then the command: in the same process, or with --init in a child of it.
  constexpr int kHopAndCommand = 2;
  if (!inside_.contains(pid) || ++container_execs_ < kHopAndCommand || over_) return;
  over_ = true;
  if (options_.kill.call != 0) kill_victim();
}

std::optional<Role> Tracer::role_of(pid_t pid) const {
  if (pid == cooper_) return Role::cooper;
  if (pid == container_) return Role::container;
  return {};
}

/// Can this call wait for what another process does? Pipes and sockets alone can, in a start.
bool may_block(pid_t pid, const SyscallInfo& info) {
  const auto number = static_cast<long>(info.entry.nr);
  if (number == SYS_recvmsg || number == SYS_waitid || number == SYS_wait4) return true;
  if (number == SYS_poll || number == SYS_ppoll) return true;
  if (number != SYS_read) return false;
  const std::string link =
      "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(info.entry.args[0]);
  std::array<char, PATH_MAX> target{};
  return ::readlink(link.c_str(), target.data(), target.size() - 1) > 0 &&
         std::string_view(target.data()).starts_with("pipe:");
}

void Tracer::syscall_stop(pid_t pid) {
  SyscallInfo info{};
  if (ptrace_call(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) == -1) return;
  if (info.op == PTRACE_SYSCALL_INFO_EXIT) blocked_.erase(pid);
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
  if (may_block(pid, info)) blocked_.insert(pid);
  const auto role = role_of(pid);
  if (role && started_ && !over_) count(*role, info);
  release();
}

void Tracer::count(Role caller, const SyscallInfo& info) {
  const SeenCall call{.caller = caller, .number = static_cast<long>(info.entry.nr)};
  traced_.calls.push_back(call);
  if (traced_.calls.size() != options_.kill.call) return;
  if (options_.kill.victim == Role::container && container_ == 0) return;
  traced_.at = call;
  over_ = true;
  kill_victim();
}

void Tracer::kill_victim() {
  ::kill(options_.kill.victim == Role::cooper ? cooper_ : container_, SIGKILL);
  release();
}

/// The second in order waits while the first could go on.
bool Tracer::must_wait(pid_t pid) const {
  if (over_ || container_ == 0 || options_.order == Order::as_it_comes) return false;
  const bool cooper_leads = options_.order == Order::cooper_first;
  const pid_t first = cooper_leads ? cooper_ : container_;
  const pid_t second = cooper_leads ? container_ : cooper_;
  return pid == second && alive_.contains(first) && !blocked_.contains(first);
}

void Tracer::resume_or_hold(const Stopped& process) {
  if (must_wait(process.pid)) {
    held_ = process;
  } else {
    resume(process);
  }
}

void Tracer::release() {
  if (!held_ || must_wait(held_->pid)) return;
  const Stopped process = *held_;
  held_.reset();
  resume(process);
}

void Tracer::resume(const Stopped& process) {
  // ESRCH: it was killed while it was stopped, and waitpid will tell.
  ptrace_call(over_ ? PTRACE_CONT : PTRACE_SYSCALL, process.pid, 0,
              static_cast<unsigned long>(process.signal));
}

}  // namespace

Traced trace(const std::vector<std::string>& command, const TraceOptions& options) {
  return Tracer(command, options).follow();
}

std::string cannot_trace_as(Caller caller) {
  std::string lack = cannot_call_as(caller);
  if (!lack.empty() || is_root()) return lack;
  return maps_of_caller().writer == IdMaps::Writer::newidmap
             ? "newuidmap can't be traced without root"
             : "";
}

}  // namespace toolkit::test
