#include "toolkit/kernel/process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <thread>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using namespace std::chrono_literals;
using toolkit::ExitStatus;
using toolkit::FdRef;
using toolkit::make_pipe;
using toolkit::Pipe;
using toolkit::Process;
using toolkit::read_all;
using toolkit::SystemError;
using toolkit::test::in_child;

namespace {

/// Blocks until a signal ends the process.
void block() {
  while (true) ::pause();
}

/// Replaces the process by one that ends when its stdin does.
void exec_cat(FdRef in) {
  toolkit::check(::dup2(in.get(), 0), "dup2");
  toolkit::check(::execl("/bin/cat", "cat", nullptr), "exec", "/bin/cat");
}

/// What waitid(2) says of a child that was reaped already, or never was one.
bool is_reaped(pid_t pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG) == -1 && errno == ECHILD;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("process: the body runs in another process") {
    Pipe pipe = make_pipe();
    Process child = Process::spawn(
        {}, [&] { toolkit::write_all(pipe.write, std::to_string(::getpid()), "pipe"); });
    pipe.write.reset();
    CHECK(read_all(pipe.read, "pipe") == std::to_string(child.pid()));
    CHECK(child.pid() != ::getpid());
  }

  TEST_CASE("process: the pidfd is the child's and closes on exec") {
    Process child = Process::spawn({}, block);
    CHECK((::fcntl(child.pidfd().get(), F_GETFD) & FD_CLOEXEC) != 0);
    const std::string info =
        toolkit::read_file("/proc/self/fdinfo/" + std::to_string(child.pidfd().get()));
    CHECK(info.find("Pid:\t" + std::to_string(child.pid()) + "\n") != std::string::npos);
  }

  TEST_CASE("process: a body that returns means exit 0") {
    Process child = Process::spawn({}, [] {});
    CHECK_NOTHROW(child.await_exec());
    const ExitStatus status = child.wait();
    CHECK(status.code == 0);
    CHECK(status.signal == 0);
  }

  TEST_CASE("process: the code that it exits with is the status") {
    Process child = Process::spawn({}, [] { ::_exit(7); });
    CHECK_NOTHROW(child.await_exec());
    CHECK(child.wait().shell_code() == 7);
    CHECK(child.wait().shell_code() == 7);  // the second time from memory
  }

  TEST_CASE("process: a signal that ends it is 128 and its number to a shell") {
    Process child = Process::spawn({}, block);
    child.signal(SIGTERM);
    const ExitStatus status = child.wait();
    CHECK(status.signal == SIGTERM);
    CHECK(status.code == 0);
    CHECK(status.shell_code() == 128 + SIGTERM);
  }

  TEST_CASE("process: a signal to one that has ended is no error") {
    Process child = Process::spawn({}, [] {});
    pollfd ended{.fd = child.pidfd().get(), .events = POLLIN, .revents = 0};
    REQUIRE(::poll(&ended, 1, -1) == 1);
    CHECK_NOTHROW(child.signal(SIGTERM));  // a zombie
    child.wait();
    CHECK_NOTHROW(child.signal(SIGTERM));
    CHECK(child.wait().shell_code() == 0);
  }

  TEST_CASE("process: what the child throws is thrown here with operation and subject") {
    Process child = Process::spawn({}, [] { static_cast<void>(toolkit::read_file("/no/such")); });
    try {
      child.await_exec();
      FAIL("nothing was thrown");
    } catch (const SystemError& error) {
      CHECK(error.number() == ENOENT);
      CHECK(error.operation() == "open");
      CHECK(error.subject() == "/no/such");
    }
    CHECK(is_reaped(child.pid()));
    CHECK(child.wait().shell_code() == 125);
  }

  TEST_CASE("process: an error without a subject arrives without one") {
    Process child = Process::spawn({}, [] { throw SystemError(EPERM, "setsid", ""); });
    CHECK_THROWS_WITH_AS(child.await_exec(), "setsid: Operation not permitted", SystemError);
  }

  TEST_CASE("process: a sentence thrown in the child is the same sentence here") {
    Process child = Process::spawn({}, [] { throw std::runtime_error("the root has no /proc"); });
    CHECK_THROWS_WITH_AS(child.await_exec(), "the root has no /proc", std::runtime_error);
  }

  TEST_CASE("process: what is thrown that is no std::exception does not leave the child") {
    Process child = Process::spawn({}, [] { throw 7; });
    CHECK_THROWS_AS(child.await_exec(), std::runtime_error);
    CHECK(child.wait().shell_code() == 125);
  }

  TEST_CASE("process: await_exec returns after exec while the command runs") {
    Pipe in = make_pipe();
    Process child = Process::spawn({}, [&] { exec_cat(in.read); });
    child.await_exec();
    CHECK_FALSE(child.wait_for(0ms));
    in.write.reset();
    CHECK(child.wait().shell_code() == 0);
  }

  TEST_CASE("process: an exec that fails is told as the child saw it") {
    Process child = Process::spawn(
        {}, [] { toolkit::check(::execl("/no/such", "such", nullptr), "exec", "/no/such"); });
    CHECK_THROWS_WITH_AS(child.await_exec(), "exec '/no/such': No such file or directory",
                         SystemError);
  }

  TEST_CASE("process: a body that asks for the error pipe can write to it itself") {
    Process child = Process::spawn({}, [](FdRef errors) {
      toolkit::send_error(errors, ENOEXEC, "exec", "/bin/text");
      ::_exit(126);
    });
    CHECK_THROWS_WITH_AS(child.await_exec(), "exec '/bin/text': Exec format error", SystemError);
    CHECK(child.wait().shell_code() == 126);
  }

  TEST_CASE("process: an error that was cut short is an error all the same") {
    Process child = Process::spawn({}, [](FdRef errors) {
      toolkit::write_all(errors, "\1", "errors");
      ::_exit(1);
    });
    CHECK_THROWS_WITH_AS(child.await_exec(), "the child's error was cut short", std::runtime_error);
  }

  TEST_CASE("process: wait_for gives nothing while it runs and the status after") {
    Pipe in = make_pipe();
    Process child = Process::spawn({}, [&] { exec_cat(in.read); });
    CHECK_FALSE(child.wait_for(1ms));
    in.write.reset();
    const auto status = child.wait_for(60s);
    REQUIRE(status);
    CHECK(status->shell_code() == 0);
    CHECK(child.wait_for(0ms)->shell_code() == 0);
  }

  TEST_CASE("process: the end of its scope kills and reaps it") {
    pid_t pid = 0;
    {
      const Process child = Process::spawn({}, block);
      pid = child.pid();
    }
    CHECK(is_reaped(pid));
    CHECK(::kill(pid, 0) == -1);
  }

  TEST_CASE("process: a moved-from one reaps nothing and the new one all") {
    Process first = Process::spawn({}, block);
    const pid_t pid = first.pid();
    {
      const Process second = std::move(first);
      CHECK(second.pid() == pid);
      CHECK_FALSE(is_reaped(pid));
    }
    CHECK(is_reaped(pid));
  }

  TEST_CASE("process: a caller with a second thread is refused") {
    in_child([] {
      Pipe pipe = make_pipe();
      std::thread other([&] { read_all(pipe.read, "pipe"); });
      CHECK_THROWS_WITH_AS(static_cast<void>(Process::spawn({}, [] {})),
                           "spawn: the calling process has more than one thread", std::logic_error);
      pipe.write.reset();
      other.join();
    });
  }

  TEST_CASE("process: 300 children leave no descriptor and no zombie") {
    in_child([] {  // which has no other children
      const std::vector<int> before = toolkit::open_descriptors();
      for (int i = 0; i < 300; ++i) {
        Process child = Process::spawn({}, [] {});
        if (i % 2 == 0) child.await_exec();
      }
      CHECK(toolkit::open_descriptors() == before);
      const pid_t left = ::waitpid(-1, nullptr, WNOHANG);
      CHECK(left == -1);
    });
  }

  TEST_CASE("process: a spawn that fails leaves no descriptor") {
    const std::vector<int> before = toolkit::open_descriptors();
    const FdRef no_cgroup(-1);
    CHECK_THROWS_AS(static_cast<void>(Process::spawn({.cgroup = no_cgroup}, [] {})), SystemError);
    CHECK(toolkit::open_descriptors() == before);
  }
}
