#include "toolkit/check/held.hpp"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::checks::hold;

namespace {

/// What one run of hold() saw.
struct Run {
  toolkit::ExitStatus status = {};
  int held = 0;        ///< how often it held a process
  pid_t program = -1;  ///< the child itself
  pid_t pid = -1;      ///< who was held
  ino_t uts = 0;       ///< and where that one was
  bool payload = false;
};

/// Follows a child that does `body`, in place of a learner's program; "true" is the payload.
Run follow(const std::function<void()>& body) {
  toolkit::Pipe gate = toolkit::make_pipe();
  const pid_t child = toolkit::check(::fork(), "fork");
  if (child == 0) {
    gate.write.reset();
    toolkit::read_all(gate.read, "gate");
    body();
    ::_exit(1);
  }
  Run run{.program = child};
  const toolkit::checks::Holding holding{
      .release = [&] { gate.write.reset(); },
      .is_payload =
          [&](pid_t pid) {
            const std::string name = toolkit::read_file("/proc/" + std::to_string(pid) + "/comm");
            return run.payload = run.payload || name == "true\n";
          },
      .at_its_end =
          [&](pid_t pid) {
            ++run.held;
            run.pid = pid;
            run.uts = toolkit::namespace_id(pid, toolkit::Ns::uts);
          }};
  run.status = hold(child, holding);
  return run;
}

void wait_for(pid_t pid) { ::waitpid(pid, nullptr, 0); }

void run_command(const char* name) {
  ::execlp(name, name, nullptr);
  ::_exit(127);
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("held: a process that ends before its payload is looked at in its last moment") {
    NEEDS_USER_NAMESPACES();
    toolkit::test::in_child([] {
      const Run run = follow([] {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(::unshare(CLONE_NEWUSER | CLONE_NEWUTS) == 0 ? 125 : 1);
        int status = 0;
        ::waitpid(child, &status, 0);
        ::_exit(WEXITSTATUS(status));
      });
      CHECK(run.held == 1);
      CHECK(run.uts != 0);
      CHECK(run.uts != toolkit::namespace_id(::getpid(), toolkit::Ns::uts));
      CHECK(run.status.code == 125);
    });
  }

  TEST_CASE("held: with a payload, nobody is held, and everybody is let go") {
    toolkit::test::in_child([] {
      const Run run = follow([] {
        const pid_t child = ::fork();
        if (child == 0) run_command("true");
        wait_for(child);
        // A process that is still followed names who follows it.
        ::_exit(toolkit::test::status_line("TracerPid") == "0" ? 7 : 8);
      });
      CHECK(run.payload);
      CHECK(run.held == 0);
      CHECK(run.status.code == 7);
    });
  }

  TEST_CASE("held: a helper that became another program is not the one to look at") {
    toolkit::test::in_child([] {
      const Run run = follow([] {
        const pid_t helper = ::fork();
        if (helper == 0) run_command("false");
        wait_for(helper);
        ::_exit(::getpid() == 1 ? 8 : 9);
      });
      CHECK(run.pid == run.program);
      CHECK(run.status.code == 9);
    });
  }

  TEST_CASE("held: what the learner's program execs as its first program is no helper") {
    toolkit::test::in_child([] {
      const Run run = follow([] { run_command("false"); });
      CHECK(run.held == 1);
      CHECK(run.status.code == 1);
    });
  }

  TEST_CASE("held: a signal that ends it is told as such, and its last moment may be missed") {
    toolkit::test::in_child([] {
      const Run run = follow([] { ::kill(::getpid(), SIGKILL); });
      CHECK(run.status.signal == SIGKILL);
    });
  }

  TEST_CASE("held: signals are delivered, and a stopped process stays stopped") {
    toolkit::test::in_child([] {
      const Run run = follow([] {
        const pid_t child = ::fork();
        if (child == 0) {
          ::raise(SIGSTOP);
          ::_exit(5);
        }
        int status = 0;
        ::waitpid(child, &status, WUNTRACED);
        if (!WIFSTOPPED(status)) ::_exit(3);
        ::kill(child, SIGTERM);  // waits until it is continued
        ::kill(child, SIGCONT);
        ::waitpid(child, &status, 0);
        ::_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : 4);
      });
      CHECK(run.status.code == 128 + SIGTERM);
    });
  }
}
