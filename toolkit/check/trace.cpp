#include "toolkit/check/trace.hpp"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <map>
#include <utility>

#include "toolkit/check/syscalls.hpp"
#include "toolkit/check/trace_decode.hpp"
#include "toolkit/check/trace_flags.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {
namespace {

using SyscallInfo = __ptrace_syscall_info;

constexpr unsigned long kOptions = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
                                   PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
constexpr int kSyscallStop = SIGTRAP | 0x80;
/// More tell a reader nothing: from here on the program runs on unseen.
constexpr std::size_t kMostCalls = 4000;

/// An error here means that the process was killed while it was stopped; its end comes by waitpid.
template <typename Data>
long request(int what, pid_t pid, unsigned long address, Data data) {
  return ::ptrace(static_cast<__ptrace_request>(what), pid, address, data);
}

/// Are the numbers in this directory of proc those that this process sees?
bool is_own_proc(FdRef proc) {
  std::array<char, 32> self{};
  const ssize_t length = ::readlinkat(proc.get(), "self", self.data(), self.size());
  return length > 0 && std::string_view(self.data(), static_cast<std::size_t>(length)) ==
                           std::to_string(::getpid());
}

struct Tracee {
  bool told = false;  ///< are its calls the program's?
  int who = 0;        ///< which of its processes; 0 is the child that is followed
  std::optional<DecodedCall> call = {};
};

class Follower {
 public:
  Follower(pid_t child, const Tracing& tracing);
  ExitStatus follow();

 private:
  void stopped(pid_t pid, int status);
  void ended(pid_t pid, int status);
  void syscall_stop(pid_t pid);
  void entered(Tracee& tracee, pid_t pid, const SyscallInfo& info);
  void left(Tracee& tracee, pid_t pid, const SyscallInfo& info);
  void born(pid_t parent);
  /// False when the process was let go.
  bool executed(pid_t pid);
  void tell(pid_t pid, const DecodedCall& call, long result, int error);
  void tell(TracedCall call);
  /// The tracee of this number; one that is new is the next child.
  Tracee& known(pid_t pid);

  pid_t child_;
  const Tracing& tracing_;
  Fd opened_proc_;
  ProcessView view_;
  std::map<pid_t, Tracee> tracees_ = {};
  int children_ = 0;
  std::size_t told_ = 0;
  std::string last_ = {};
  bool started_ = false;  ///< the child's first exec is done: from now on it is the program
  ExitStatus end_ = {};
};

Follower::Follower(pid_t child, const Tracing& tracing)
    : child_(child),
      tracing_(tracing),
      opened_proc_(tracing.proc.get() < 0 ? Fd(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC))
                                          : Fd()) {
  const FdRef proc = opened_proc_ ? FdRef(opened_proc_) : tracing.proc;
  if (proc.get() >= 0 && is_own_proc(proc)) view_.proc = proc.get();
}

ExitStatus Follower::follow() {
  check(request(PTRACE_SEIZE, child_, 0, kOptions), "ptrace", "PTRACE_SEIZE");
  tracees_[child_] = {};
  check(request(PTRACE_INTERRUPT, child_, 0, 0), "ptrace", "PTRACE_INTERRUPT");
  tracing_.release();
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, __WALL);
    if (pid == -1 && errno == EINTR) continue;
    if (pid == -1 && errno == ECHILD) return end_;  // nobody is left: neither a child nor a tracee
    check(pid, "waitpid");
    if (WIFSTOPPED(status)) {
      stopped(pid, status);
    } else {
      ended(pid, status);
    }
  }
}

void Follower::ended(pid_t pid, int status) {
  const auto found = tracees_.find(pid);
  const bool told = found != tracees_.end() && found->second.told;
  if (told && found->second.call) {
    const DecodedCall& call = *found->second.call;
    if (call.show == Show::always) {
      tell({.pid = pid,
            .who = found->second.who,
            .name = call.name,
            .text = call.text,
            .subject = call.subject});
    }
  }
  if (told && WIFSIGNALED(status)) {
    tell({.pid = pid,
          .who = found->second.who,
          .text = "ended by " + signal_name(static_cast<std::uint64_t>(WTERMSIG(status)))});
  }
  if (found != tracees_.end()) tracees_.erase(found);
  if (pid != child_) return;
  end_ = WIFSIGNALED(status) ? ExitStatus{.signal = WTERMSIG(status)}
                             : ExitStatus{.code = WEXITSTATUS(status)};
}

void Follower::stopped(pid_t pid, int status) {
  known(pid);  // it may be seen before its birth is told
  const int event = status >> 16;
  const int signal = WSTOPSIG(status);
  long delivered = 0;
  if (event == PTRACE_EVENT_STOP) {
    if (signal != SIGTRAP) {
      request(PTRACE_LISTEN, pid, 0, 0);  // stopped as by Ctrl-Z, until a SIGCONT comes
      return;
    }
  } else if (event == PTRACE_EVENT_EXEC) {
    if (!executed(pid)) return;
  } else if (event != 0) {
    born(pid);
  } else if (signal == kSyscallStop) {
    syscall_stop(pid);
  } else {
    delivered = signal;
  }
  request(told_ < kMostCalls ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, delivered);
}

Tracee& Follower::known(pid_t pid) {
  const auto [found, is_new] = tracees_.try_emplace(pid, Tracee{.told = started_});
  if (is_new && started_) found->second.who = ++children_;
  return found->second;
}

void Follower::born(pid_t parent) {
  unsigned long child = 0;
  if (request(PTRACE_GETEVENTMSG, parent, 0, &child) == -1) return;
  const bool told = tracees_[parent].told;
  known(static_cast<pid_t>(child)).told = told;
}

bool Follower::executed(pid_t pid) {
  Tracee& tracee = tracees_[pid];
  if (pid == child_ && !started_) {
    started_ = true;
    tracee.told = true;  // but for this exec itself, whose entry was the caller's
  }
  if (!tracing_.is_payload(pid)) return true;
  if (tracee.call) tell(pid, *tracee.call, 0, 0);
  tracees_.erase(pid);
  request(PTRACE_DETACH, pid, 0, 0);
  return false;
}

void Follower::syscall_stop(pid_t pid) {
  Tracee& tracee = tracees_[pid];
  SyscallInfo info{};
  if (!tracee.told || request(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) == -1) return;
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) entered(tracee, pid, info);
  if (info.op == PTRACE_SYSCALL_INFO_EXIT) left(tracee, pid, info);
}

void Follower::entered(Tracee& tracee, pid_t pid, const SyscallInfo& info) {
  view_.pid = pid;
  RawCall raw{.number = static_cast<long>(info.entry.nr)};
  for (std::size_t i = 0; i < raw.arguments.size(); ++i) raw.arguments[i] = info.entry.args[i];
  tracee.call = decode(view_, raw);
}

void Follower::left(Tracee& tracee, pid_t pid, const SyscallInfo& info) {
  const std::optional<DecodedCall> call = std::exchange(tracee.call, {});
  if (!call) return;
  const auto result = static_cast<long>(info.exit.rval);
  tell(pid, *call, info.exit.is_error != 0 ? -1 : result,
       info.exit.is_error != 0 ? static_cast<int>(-result) : 0);
}

/// Between the errno of user space and this lie those with which the kernel restarts a call.
constexpr int kFirstRestart = 512;

void Follower::tell(pid_t pid, const DecodedCall& call, long result, int error) {
  if (error >= kFirstRestart || !is_worth_telling(call, error)) return;
  std::string text = call.text + " = " + std::to_string(result);
  if (error != 0) text.append(" ").append(errno_name(error));
  tell({.pid = pid,
        .who = tracees_[pid].who,
        .name = call.name,
        .text = std::move(text),
        .subject = call.subject,
        .result = result,
        .error = error});
}

void Follower::tell(TracedCall call) {
  std::string same = std::to_string(call.pid) + call.text;
  if (same == last_) return;  // what is tried again and again is told once
  last_ = std::move(same);
  if (told_++ < kMostCalls) tracing_.sink(call);
}

}  // namespace

ExitStatus follow(pid_t child, const Tracing& tracing) { return Follower(child, tracing).follow(); }

}  // namespace toolkit::checks
