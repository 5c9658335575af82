#include "toolkit/check/launcher.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/check/content.hpp"
#include "toolkit/check/fence.hpp"
#include "toolkit/check/held.hpp"
#include "toolkit/check/keeper.hpp"
#include "toolkit/check/trace.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {
namespace {

struct Streams {
  SocketPair control = make_socket_pair();
  Fd out_read, out_write;
  Pipe err = make_pipe();
};

void make_stream(Streams& streams) {
  int ends[2] = {-1, -1};  // NOLINT: the kernel's interface
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
  streams.out_read = Fd(ends[0]);
  streams.out_write = Fd(ends[1]);
  // The kernel adds to each message who sent it, as a number of the reader's /proc. See SO_PASSCRED in unix(7).
  const int on = 1;
  check(::setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on), "setsockopt",
        "SO_PASSCRED");
  // Since Linux 6.16 no descriptors come with them: closing the last one of a socket may take an hour.
  constexpr int kPassRights = 83;  // SO_PASSRIGHTS, which libc's headers do not know yet
  const int off = 0;
  static_cast<void>(::setsockopt(ends[0], SOL_SOCKET, kPassRights, &off, sizeof off));
  // A program can open its own end of a pipe to read, and be faster.
  check(::fcntl(streams.err.read.get(), F_SETFL, O_NONBLOCK), "fcntl", "O_NONBLOCK");
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

/// Some shells exec a program while a child of theirs is alive, or dead and not waited for. It is dead
/// for certain: how soon its end is told must not decide a check.
void leave_a_child() {
  constexpr int kStatus = 7;
  const pid_t child = check(::fork(), "fork");
  if (child == 0) ::_exit(kStatus);
  siginfo_t ended{};
  check(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), "waitid");
}

/// In the process that becomes the learner's program.
[[noreturn]] void become(const Launch& launch, const Streams& streams) {
  check(::setsid(), "setsid");
  const Fd null = open_file("/dev/null", O_RDONLY);
  check(::dup2(null.get(), STDIN_FILENO), "dup2");
  check(::dup2(streams.out_write.get(), STDOUT_FILENO), "dup2");
  check(::dup2(streams.err.write.get(), STDERR_FILENO), "dup2");
  check(::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC), "close_range");
  check(::chdir(kWork), "chdir", kWork);
  set_limits();
  if (launch.with_child) leave_a_child();
  const Fd root = open_file("/", O_PATH | O_DIRECTORY);
  for (const int number : launch.leaks) check(::dup2(root.get(), number), "dup2");
  if (launch.powers == Powers::devices) drop_host_powers();
  if (launch.interface_calls == InterfaceCalls::refused) refuse_interface_calls();
  if (launch.confine) launch.confine();
  drop_powers(launch.without);
  if (launch.user) become(*launch.user);
  std::vector<std::string> argv = launch.argv;
  std::vector<std::string> environment = launch.environment;
  ::execve(launch.program.c_str(), pointers(argv).data(), pointers(environment).data());
  throw_errno("execve", launch.program);
}

void say(FdRef control, const std::string& line) { write_all(control, line, "control"); }

void await_answer(FdRef control) {
  char byte = 0;
  static_cast<void>(::read(control.get(), &byte, 1) ==
                    1);  // a checker that is gone wants nothing more
}

ExitStatus follow_to_the_end(const Launch& launch, FdRef control, FdRef host_proc, Gate& gate,
                             Process& child) {
  const auto release = [&gate] { gate.open(); };
  const auto is_payload = [&](pid_t pid) {
    return has_content(host_proc, std::to_string(pid) + "/exe", launch.probe_content);
  };
  switch (launch.following) {
    case Following::recorded:
      return follow(child.pid(),
                    {.release = release,
                     .is_payload = is_payload,
                     .sink = [&](const TracedCall& call) { say(control, "call " + to_line(call)); },
                     .proc = host_proc});
    case Following::held:
      return hold(child.pid(),
                  {.release = release, .is_payload = is_payload, .at_its_end = [&](pid_t pid) {
                     say(control, "held " + std::to_string(pid));
                     await_answer(control);
                   }});
    case Following::no:
      break;
  }
  release();
  return child.wait();
}

/// In the starter, which has the machine's namespaces but no place among its processes.
void stand_between(const Launch& launch, const Streams& streams, Gate& ready) {
  ready.wait();
  const Fd host_proc = open_file("/proc", O_PATH | O_DIRECTORY);
  be_ended_first();
  enter_machine(launch.namespaces);
  // Only a process that may be looked at can be followed. This one is not among the machine's, and its child execs.
  if (launch.following != Following::no)
    check(::prctl(PR_SET_DUMPABLE, 1), "prctl", "PR_SET_DUMPABLE");
  Gate gate;
  Process child = Process::spawn({}, [&] {
    gate.wait();
    become(launch, streams);
  });
  const FdRef control = streams.control.theirs;
  say(control, "pid " + std::to_string(child.pid()));
  const ExitStatus status = follow_to_the_end(launch, control, host_proc, gate, child);
  if (launch.following == Following::no) child.await_exec();
  say(control, "end " + std::to_string(status.shell_code()) + ' ' + std::to_string(status.signal));
}

}  // namespace

Launched launch(const Launch& launch, const std::function<void(pid_t)>& before) {
  Streams streams;
  make_stream(streams);
  Gate ready;
  Process starter = Process::spawn({}, [&] {
    streams.control.ours.reset();
    streams.out_read.reset();
    streams.err.read.reset();
    stand_between(launch, streams, ready);
  });
  before(starter.pid());
  ready.open();
  return {.starter = std::move(starter),
          .control = std::move(streams.control.ours),
          .out = std::move(streams.out_read),
          .err = std::move(streams.err.read)};
}

}  // namespace toolkit::checks
