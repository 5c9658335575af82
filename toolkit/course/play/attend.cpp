// A command with the caller's streams, in a playground.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "toolkit/check/fence.hpp"
#include "toolkit/container/supervise.hpp"
#include "toolkit/course/play/playground.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit::course {
namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> environment() {
  const char* term = std::getenv("TERM");
  // One language for all, which is that of the guides.
  return {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
          "PS1=machine# ", "LC_ALL=C.UTF-8",
          std::string("TERM=") + (term != nullptr ? term : "dumb")};
}

[[noreturn]] void become(Command command) {
  std::vector<std::string> variables = environment();
  ::execve(command.program.c_str(), pointers(command.words).data(), pointers(variables).data());
  const int why = errno;
  std::fprintf(stderr, "lab: %s: %s\n", command.program.c_str(), std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

/// Its group of processes is not the one that reads the terminal, as of any command before a `&`.
void start_beside(const Command& command) {
  const pid_t pid = check(::fork(), "fork");
  if (pid != 0) {
    std::fprintf(stderr, "%s is process %d\n", command.words.front().c_str(), pid);
    return;
  }
  check(::setpgid(0, 0), "setpgid");
  const Fd null = open_file("/dev/null", O_RDONLY);
  check(::dup2(null.get(), STDIN_FILENO), "dup2");
  become(command);
}

[[noreturn]] void start(const Command& command, const std::optional<Command>& beside) {
  checks::set_limits();
  if (beside) start_beside(*beside);
  become(command);
}

int attend_plainly(const checks::Machine& machine, const Command& command,
                   const std::optional<Command>& beside) {
  Process process = machine.spawn([&] { start(command, beside); });
  const int status = process.wait().shell_code();
  process.await_exec();  // throws what it threw
  return status;
}

/// The terminal is one of the machine's devpts: what runs there finds its name, and controls its jobs.
int attend_terminal(const checks::Machine& machine, const Command& command,
                    const std::optional<Command>& beside) {
  SocketPair sockets = make_socket_pair();
  Gate sized;
  Process process = machine.spawn([&] {
    const Pty pty = open_pty();
    send_fd(sockets.theirs, pty.master);
    sized.wait();
    control_terminal(pty.slave);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      check(::dup2(pty.slave.get(), fd), "dup2");
    }
    start(command, beside);
  });
  const ForwardedSignals signals;  // after the child: it holds none of them back
  sockets.theirs.reset();
  Fd console = receive_fd(sockets.ours);
  if (!console) process.await_exec();  // throws what it threw
  follow_window(console);
  sized.open();
  const ExitStatus ended =
      supervise(process, signals, {.input = Input::inherit, .console = std::move(console)});
  process.await_exec();
  return ended.shell_code();
}

}  // namespace

int Playground::attend(const Command& command, const std::optional<Command>& beside) const {
  const bool person = is_terminal(FdRef(STDIN_FILENO)) && is_terminal(FdRef(STDOUT_FILENO));
  return person ? attend_terminal(*machine_, command, beside)
                : attend_plainly(*machine_, command, beside);
}

}  // namespace toolkit::course
