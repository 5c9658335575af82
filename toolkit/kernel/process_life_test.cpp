// Who lives and dies with whom: the parent's death signal, and the gate between parent and child.
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/users.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Fd;
using toolkit::FdRef;
using toolkit::Gate;
using toolkit::make_pipe;
using toolkit::namespace_id;
using toolkit::Ns;
using toolkit::Pipe;
using toolkit::Process;
using toolkit::read_all;
using toolkit::SpawnOptions;
using toolkit::test::inside;

namespace {

void block() {
  while (true) ::pause();
}

void tell(FdRef pipe, std::string_view text) { toolkit::write_all(pipe, text, "pipe"); }

std::string read_line(FdRef pipe) {
  std::string line;
  char byte = 0;
  while (::read(pipe.get(), &byte, 1) == 1 && byte != '\n') line.push_back(byte);
  return line;
}

/// A pidfd of a process that is no child of ours.
Fd open_pidfd(std::string_view pid) {
  const auto number = toolkit::parse_id(pid);
  REQUIRE(number);
  return Fd(static_cast<int>(toolkit::check(::syscall(SYS_pidfd_open, *number, 0), "pidfd_open")));
}

/// Waits for the end of a process. One that has not ended after so long never will: it is killed,
/// and the answer is no.
bool ends(FdRef pidfd) {
  constexpr int kFarTooLong = 10000;
  pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, kFarTooLong) == 1) return true;
  ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
  return false;
}

/// A parent with a child, as these options have it; the child's pid comes as a line of the pipe.
/// The parent blocks until it is killed.
Process spawn_family(const SpawnOptions& options, FdRef pids,
                     const std::function<void()>& grandchild) {
  return Process::spawn({}, [&, options] {
    const Process child = Process::spawn(options, grandchild);
    tell(pids, std::to_string(child.pid()) + "\n");
    block();
  });
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("process: a child dies with a parent that was killed") {
    const Pipe pids = make_pipe();
    Process parent = spawn_family({}, pids.write, block);
    const Fd child = open_pidfd(read_line(pids.read));
    parent.signal(SIGKILL);
    CHECK(ends(child));
  }

  TEST_CASE("process: one that shall outlive its parent does") {
    Pipe pids = make_pipe();
    Pipe go = make_pipe();
    Pipe heard = make_pipe();
    Process parent = spawn_family({.die_with_parent = false}, pids.write, [&] {
      go.write.reset();
      read_all(go.read, "go");  // ends when parent and test are gone from it
      tell(heard.write, "still here");
    });
    heard.write.reset();
    const Fd child = open_pidfd(read_line(pids.read));
    parent.signal(SIGKILL);
    parent.wait();
    go.write.reset();
    CHECK(read_all(heard.read, "heard") == "still here");
    CHECK(ends(child));
  }

  TEST_CASE("gate: the child waits until the parent opens it") {
    Gate gate;
    Pipe pipe = make_pipe();
    Process child = Process::spawn({}, [&] {
      gate.wait();
      tell(pipe.write, "passed");
    });
    pipe.write.reset();
    pollfd passed{.fd = pipe.read.get(), .events = POLLIN, .revents = 0};
    CHECK(::poll(&passed, 1, 20) == 0);  // more time can't make it pass
    gate.open();
    CHECK(read_all(pipe.read, "pipe") == "passed");
  }

  TEST_CASE("gate: a child can come when it is open already") {
    Gate gate;
    gate.open();
    Process child = Process::spawn({}, [&] { gate.wait(); });
    CHECK_NOTHROW(child.await_exec());
  }

  TEST_CASE("gate: a parent that ended first is told to the child that waits") {
    Pipe pids = make_pipe();
    Pipe heard = make_pipe();
    Process parent = Process::spawn({}, [&] {
      Gate gate;
      const Process child = Process::spawn({.die_with_parent = false}, [&] {
        try {
          gate.wait();
        } catch (const std::runtime_error& error) {
          tell(heard.write, error.what());
        }
      });
      tell(pids.write, std::to_string(child.pid()) + "\n");
      block();
    });
    heard.write.reset();
    const Fd child = open_pidfd(read_line(pids.read));
    parent.signal(SIGKILL);
    CHECK(read_all(heard.read, "heard") == "the parent process ended first");
    CHECK(ends(child));
  }

  TEST_CASE("gate: a child that has passed can ask whether its parent lives") {
    Pipe pids = make_pipe();
    Pipe ended = make_pipe();
    Pipe heard = make_pipe();
    Process parent = Process::spawn({}, [&] {
      Gate gate;
      const Process child = Process::spawn({.die_with_parent = false}, [&] {
        ended.write.reset();
        gate.wait();
        tell(heard.write, gate.parent_alive() ? "alive " : "gone ");
        tell(pids.write, std::to_string(::getpid()) + "\n");
        read_all(ended.read, "ended");
        tell(heard.write, gate.parent_alive() ? "alive" : "gone");
      });
      gate.open();
      block();
    });
    heard.write.reset();
    const Fd child = open_pidfd(read_line(pids.read));
    parent.signal(SIGKILL);
    parent.wait();
    ended.write.reset();
    CHECK(read_all(heard.read, "heard") == "alive gone");
    CHECK(ends(child));
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("process: clone3 makes all namespaces at once [userns]") {
    NEEDS_USER_NAMESPACES();
    const std::vector<Ns> kinds = {Ns::user, Ns::mount, Ns::pid,   Ns::uts,
                                   Ns::ipc,  Ns::net,   Ns::cgroup};
    Ns all = Ns::none;
    for (const Ns kind : kinds) all |= kind;
    const Process child = Process::spawn({.namespaces = all}, block);
    for (const Ns kind : kinds) {
      CAPTURE(toolkit::proc_name(kind));
      CHECK(namespace_id(child.pid(), kind) != namespace_id(::getpid(), kind));
    }
  }

  TEST_CASE("process: without namespaces asked for all are the parent's") {
    const Process child = Process::spawn({}, block);
    for (const Ns kind : {Ns::user, Ns::mount, Ns::pid, Ns::uts, Ns::ipc, Ns::net, Ns::cgroup}) {
      CAPTURE(toolkit::proc_name(kind));
      CHECK(namespace_id(child.pid(), kind) == namespace_id(::getpid(), kind));
    }
  }

  TEST_CASE("process: the first one in a pid namespace is 1 and its parent 0 [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::pid, [] {
      CHECK(::getpid() == 1);
      CHECK(::getppid() == 0);
    });
  }

  TEST_CASE("process: what comes before is done by another, and the child is the own one") {
    std::string before = "untouched";
    Pipe pipe = make_pipe();
    Process child = Process::spawn({.before = [&] { before = "done"; }}, [&] {
      toolkit::write_all(pipe.write, before + ' ' + std::to_string(::getppid()), "pipe");
    });
    pipe.write.reset();
    CHECK(toolkit::read_all(pipe.read, "pipe") == "done " + std::to_string(::getpid()));
    CHECK(before == "untouched");
    CHECK(child.wait().shell_code() == 0);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // nor has the other one stayed
    CHECK(errno == ECHILD);
  }

  TEST_CASE("process: what fails before is thrown here, and there is no child") {
    const std::size_t open = toolkit::open_descriptors().size();
    CHECK_THROWS_WITH_AS(
        Process::spawn({.before = [] { throw toolkit::SystemError(EPERM, "setns", "pid"); }},
                       [] { ::pause(); }),
        "setns 'pid': Operation not permitted", toolkit::SystemError);
    CHECK_THROWS_WITH_AS(Process::spawn({.before = [] { ::raise(SIGKILL); }}, [] { ::pause(); }),
                         "the process that makes the child was ended", std::runtime_error);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(toolkit::open_descriptors().size() == open);
  }

  TEST_CASE("process: a pid namespace that was joined before is the child's [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      const Process first = Process::spawn({.namespaces = Ns::pid}, [] { ::pause(); });
      const toolkit::Fd joined = toolkit::open_namespace(first.pid(), Ns::pid);
      const ino_t own = toolkit::namespace_id(::getpid(), Ns::pid);
      Process second = Process::spawn(
          {.namespaces = Ns::uts, .before = [&] { toolkit::enter(joined, Ns::pid); }},
          [] { ::pause(); });
      CHECK(toolkit::namespace_id(second.pid(), Ns::pid) == toolkit::namespace_id(joined));
      CHECK(toolkit::namespace_id(::getpid(), Ns::pid) == own);
      second.signal(SIGTERM);
      CHECK(second.wait().signal == SIGTERM);
    });
  }

  TEST_CASE("process: in a pid namespace too it dies with a parent that was killed [userns]") {
    NEEDS_USER_NAMESPACES();
    const Pipe pids = make_pipe();
    const Pipe begun = make_pipe();
    Process parent = spawn_family({.namespaces = Ns::user | Ns::pid}, pids.write, [&] {
      tell(begun.write, "begun\n");
      block();
    });
    const Fd child = open_pidfd(read_line(pids.read));
    CHECK(read_line(begun.read) == "begun");  // earlier it could not know: see spawn
    parent.signal(SIGKILL);
    CHECK(ends(child));
  }
}
