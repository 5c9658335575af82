// process CMD [ARG…]
//
// Runs CMD in a process of its own and stands in for it until it ends:
//  - CMD gets the arguments and the environment byte for byte, and no descriptor of this program's;
//  - HUP, INT, QUIT, TERM, USR1 and USR2 sent to this program reach CMD;
//  - it waits for CMD and for no other process, and leaves no second copy of itself;
//  - its exit status is CMD's, as a shell gives it: the code, or 128 + the signal; 127 where there
//    is no such command, 126 where it can't be executed, 125 where this program itself failed.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

namespace {

using toolkit::Arguments;
using toolkit::check;

/// Where a signal handler leaves what arrived: it is called with a number and nothing else.
volatile std::sig_atomic_t inbox = -1;

extern "C" void note_arrival(int number) {
  const int before = errno;  // the call that this handler interrupts may be about to report its own
  const auto byte = static_cast<unsigned char>(number);
  static_cast<void>(::write(inbox, &byte, 1) == 1);
  errno = before;
}

/// The signals that come to this program, one after the other. They are kept from the moment this
/// is made, so none is lost between fork and the first next(). exec gives a program's handlers up,
/// so CMD knows nothing of it. See signal(7), and "self-pipe" in select(2).
class Arrivals {
 public:
  Arrivals() {
    check(::fcntl(pipe_.write.get(), F_SETFL, O_NONBLOCK), "fcntl", "pipe");
    inbox = pipe_.write.get();
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD}) {
      struct sigaction action {};
      check(::sigaction(number, nullptr, &action), "sigaction");
      // What whoever started us wants ignored (nohup) stays so, for CMD too; SIGCHLD is our own.
      if (action.sa_handler == SIG_IGN && number != SIGCHLD) continue;
      action = {};
      action.sa_handler = note_arrival;
      action.sa_flags = SA_RESTART;
      check(::sigaction(number, &action, nullptr), "sigaction");
    }
  }

  /// Sleeps until a signal comes; its number. SIGCHLD comes when a child ends, stops or continues.
  [[nodiscard]] int next() const {
    unsigned char number = 0;
    check(::read(pipe_.read.get(), &number, 1), "read", "pipe");
    return number;
  }

 private:
  toolkit::Pipe pipe_ = toolkit::make_pipe();
};

/// What execvp takes: pointers to the words, and a null pointer behind the last. See execvp(3).
std::vector<char*> pointers(Arguments& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

/// Makes the process that becomes the command; its pid.
pid_t start(char* const* argv) {
  pid_t child = 0;
  {
    // TODO(00.1): a second process, which becomes the command
    toolkit::todo("00.1");
  }
  if (child == 0) {
    // TODO(00.2): the command could not be executed: say why, and end the child with 127 or 126
    toolkit::todo("00.2");
  }
  return child;
}

/// Passes signals on until the child has ended; its wait status, as waitpid gives it.
int attend(pid_t child, const Arrivals& arrivals) {
  int status = 0;
  bool ended = false;
  while (!ended) {
    const int number = arrivals.next();
    if (number != SIGCHLD) {
      // TODO(00.3): the same signal for the child
      toolkit::todo("00.3");
    } else {
      // TODO(00.4): has this child ended, and with which status? Ask without waiting
      toolkit::todo("00.4");
    }
  }
  return status;
}

/// A wait status as a shell gives it in $?.
int shell_code(int status) {
  // TODO(00.5): the code it ended with, or 128 + the signal that ended it
  toolkit::todo("00.5");
}

int run(const Arguments& arguments) {
  if (arguments.empty()) throw std::invalid_argument("which command? process CMD [ARG…]");
  Arguments words = arguments;
  const std::vector<char*> argv = pointers(words);
  const Arrivals arrivals;
  const pid_t child = start(argv.data());
  return shell_code(attend(child, arrivals));
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("process", argc, argv, run); }
