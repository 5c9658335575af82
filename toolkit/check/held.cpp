#include "toolkit/check/held.hpp"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include <map>

#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {
namespace {

constexpr std::uintptr_t kOptions = PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                    PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;

class Holder {
 public:
  Holder(pid_t child, const Holding& holding) : child_(child), holding_(holding) {}

  ExitStatus follow() {
    check(request(PTRACE_SEIZE, child_, kOptions), "ptrace", "PTRACE_SEIZE");
    execs_[child_] = -1;  // its first exec makes it the learner's program
    holding_.release();
    while (true) {
      int status = 0;
      const pid_t pid = ::waitpid(-1, &status, __WALL);
      if (pid == -1 && errno == EINTR) continue;
      check(pid, "waitpid");
      if (WIFSTOPPED(status)) {
        stopped(pid, status);
      } else {
        execs_.erase(pid);
        if (pid == child_) return ended(status);
      }
    }
  }

 private:
  /// A process that was killed meanwhile is none any more (ESRCH), and tells its end itself.
  static long request(__ptrace_request what, pid_t pid, std::uintptr_t value) {
    return ::ptrace(what, pid, nullptr, value);
  }

  static ExitStatus ended(int status) {
    return WIFSIGNALED(status) ? ExitStatus{.signal = WTERMSIG(status)}
                               : ExitStatus{.code = WEXITSTATUS(status)};
  }

  void stopped(pid_t pid, int status) {
    execs_.try_emplace(pid, 0);
    const int event = status >> 16;
    const int signal = WSTOPSIG(status);
    if (event == PTRACE_EVENT_EXEC) {
      ++execs_[pid];
      if (!finished_ && holding_.is_payload(pid)) finish();
    } else if (event == PTRACE_EVENT_EXIT && !finished_ && execs_[pid] <= 0) {
      holding_.at_its_end(pid);
      finish();
    }
    const bool by_signal = event == 0;
    const std::uintptr_t delivered = by_signal ? static_cast<std::uintptr_t>(signal) : 0;
    if (finished_) {
      request(PTRACE_DETACH, pid, delivered);
      execs_.erase(pid);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      request(PTRACE_LISTEN, pid, 0);  // stopped as by Ctrl-Z, until a SIGCONT
    } else {
      request(PTRACE_CONT, pid, delivered);
    }
  }

  /// Nothing more is wanted: each process is let go at its next stop, which is asked for here.
  void finish() {
    finished_ = true;
    for (const auto& [pid, execs] : execs_) request(PTRACE_INTERRUPT, pid, 0);
  }

  pid_t child_;
  const Holding& holding_;
  std::map<pid_t, int> execs_ = {};
  bool finished_ = false;
};

}  // namespace

ExitStatus hold(pid_t child, const Holding& holding) { return Holder(child, holding).follow(); }

}  // namespace toolkit::checks
