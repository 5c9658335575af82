// pid: runs a command among processes of its own, below a process 1 that looks after them.
//
//   pid [--grace SECONDS] [--] CMD [ARG…]
//
// What it guarantees:
//  - CMD and all that it starts are in a pid namespace that was made for it alone; process 1 there
//    is a copy of this program, and CMD its child;
//  - /proc shows them these processes and no others, and the machine's /proc stays as it is;
//  - whatever ends in there is reaped, whoever started it;
//  - HUP, INT, QUIT, TERM, USR1 and USR2 sent to this program, or to process 1, reach CMD;
//  - what is still there SECONDS after the first TERM is killed; without --grace nothing is;
//  - all of it ends with CMD, and with this program, even when that is killed.
// Its status is CMD's, 128 + the signal that ended it, 137 when process 1 was killed, 126 and 127
// as a shell gives them, or 125 where CMD was never tried.

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

using toolkit::Arguments;
using toolkit::check;
using toolkit::Gate;

namespace {

using Clock = std::chrono::steady_clock;
using Deadline = std::optional<Clock::time_point>;

struct Request {
  std::optional<Clock::duration> grace;
  Arguments command;
};

[[noreturn]] void refuse() {
  throw std::invalid_argument("usage: pid [--grace SECONDS] [--] CMD [ARG…]");
}

Clock::duration read_seconds(const std::string& text) {
  char* end = nullptr;
  const double seconds = std::strtod(text.c_str(), &end);
  constexpr double kMost = 1e6;
  if (text.empty() || *end != '\0' || !(seconds >= 0 && seconds <= kMost)) refuse();
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

Request read_request(const Arguments& arguments) {
  Request request;
  std::size_t next = 0;
  while (next < arguments.size() && arguments[next].starts_with("--")) {
    const std::string& option = arguments[next++];
    if (option == "--") break;
    if (option != "--grace" || next == arguments.size()) refuse();
    request.grace = read_seconds(arguments[next++]);
  }
  request.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  if (request.command.empty()) refuse();
  return request;
}

/// The signals that come to this process, one after the other. They are blocked from the moment
/// this is made, so that none is lost and none ends the process; a process made by fork has them
/// blocked, too. A blocked signal is kept even for process 1, which has no default actions. See
/// signal(7).
class Signals {
 public:
  Signals() {
    ::signal(SIGCHLD, SIG_DFL);  // whoever started this program may have it ignored: no zombies
    ::sigemptyset(&taken_);
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD}) {
      ::sigaddset(&taken_, number);
    }
    check(::sigprocmask(SIG_BLOCK, &taken_, &found_), "sigprocmask");
  }

  /// Sleeps until a signal comes; its number, or 0 when this time came first. SIGCHLD may stand for
  /// several children that ended, stopped or went on. See sigtimedwait(2).
  [[nodiscard]] int next(const Deadline& until = {}) const {
    for (;;) {
      const int number = until ? wait_until(*until) : ::sigwaitinfo(&taken_, nullptr);
      if (number != -1) return number;
      if (errno == EAGAIN) return 0;
      if (errno != EINTR) check(-1, "sigtimedwait");
    }
  }

  /// What was blocked before: the mask that the command is to have.
  [[nodiscard]] const sigset_t& found() const noexcept { return found_; }

 private:
  [[nodiscard]] int wait_until(Clock::time_point until) const {
    constexpr std::chrono::nanoseconds::rep kSecond = 1'000'000'000;
    const std::chrono::nanoseconds left = std::max(until - Clock::now(), Clock::duration::zero());
    const timespec time{.tv_sec = left.count() / kSecond, .tv_nsec = left.count() % kSecond};
    return ::sigtimedwait(&taken_, nullptr, &time);
  }

  sigset_t taken_{};
  sigset_t found_{};
};

/// A wait status as a shell gives it in $?.
int shell_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// Turns this process into the command; where it can't, says why and ends as a shell would.
[[noreturn]] void become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const int why = errno;
  std::fprintf(stderr, "pid: %s: %s\n", argv[0], std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

void make_pid_namespace() {
  // TODO(06.1): from here on, children of this process are in a new pid namespace
  toolkit::todo("06.1");
}

void mount_own_proc() {
  // TODO(06.2): a /proc of this pid namespace, where nobody else sees it: nosuid, nodev, noexec
  toolkit::todo("06.2");
}

/// Makes the command, a child of process 1; its number in here.
pid_t start(const Arguments& words, const Signals& signals, const Gate& parent) {
  pid_t command = 0;
  {
    // TODO(06.3): be killed when the parent ends, or end if it has ended; then start the command
    toolkit::todo("06.3");
  }
  return command;
}

/// Process 1 waits for every child that has ended. The command's wait status, if it was among them.
std::optional<int> reap(pid_t command) {
  std::optional<int> ended;
  {
    // TODO(06.4): take the status of each child that has ended, whoever started it, without waiting
    toolkit::todo("06.4");
  }
  return ended;
}

/// What process 1 does; what it returns is its status. With its end the kernel kills all others.
int be_init(const Arguments& words, const Signals& signals, Gate& parent) {
  parent.wait();
  mount_own_proc();
  const pid_t command = start(words, signals, parent);
  for (;;) {
    const int number = signals.next();
    if (number == SIGCHLD) {
      if (const std::optional<int> ended = reap(command)) return shell_code(*ended);
    } else {
      // TODO(06.5): pass the signal on to the command
      toolkit::todo("06.5");
    }
  }
}

/// Passes signals on to process 1, until it ends, and kills it when the grace is over. Its status.
int attend(pid_t init, const Signals& signals, const std::optional<Clock::duration>& grace) {
  Deadline deadline;
  for (;;) {
    const int number = signals.next(deadline);
    if (number == SIGCHLD) {
      int status = 0;
      if (check(::waitpid(init, &status, WNOHANG), "waitpid") == init) return shell_code(status);
    } else if (number != 0) {
      // TODO(06.6): pass the signal on to process 1; the first SIGTERM sets the deadline, if any
      toolkit::todo("06.6");
    } else {
      deadline.reset();
      // TODO(06.7): the grace is over: end all processes of the namespace
      toolkit::todo("06.7");
    }
  }
}

int run(const Arguments& arguments) {
  const Request request = read_request(arguments);
  const Signals signals;
  Gate parent;
  make_pid_namespace();
  const pid_t init = check(::fork(), "fork");
  if (init == 0) return be_init(request.command, signals, parent);  // main returns it
  parent.open();
  return attend(init, signals, request.grace);
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("pid", argc, argv, run); }
