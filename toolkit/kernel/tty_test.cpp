#include "toolkit/kernel/tty.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::check;
using toolkit::control_terminal;
using toolkit::Fd;
using toolkit::FdRef;
using toolkit::foreground_group;
using toolkit::make_pipe;
using toolkit::Ns;
using toolkit::open_pty;
using toolkit::Pipe;
using toolkit::Process;
using toolkit::Pty;
using toolkit::RawMode;
using toolkit::window_size;
using toolkit::test::inside;
using toolkit::test::TempDir;

namespace {

/// Runs body where /dev is a tmpfs with a devpts of its own and nothing else.
void with_devpts(const std::function<void()>& body) {
  inside(Ns::mount, [&] {
    toolkit::mount("tmpfs", "/dev", "tmpfs", 0);
    check(::mkdir("/dev/pts", 0755), "mkdir");
    toolkit::mount("devpts", "/dev/pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=0620");
    check(::symlink("pts/ptmx", "/dev/ptmx"), "symlink");
    ::signal(SIGHUP, SIG_IGN);  // for a leader of a session that closes its own master
    body();
  });
}

termios settings(FdRef terminal) {
  termios now{};
  check(::tcgetattr(terminal.get(), &now), "tcgetattr");
  return now;
}

bool has_flag(const termios& settings, tcflag_t local) { return (settings.c_lflag & local) != 0; }

std::string read_some(FdRef fd) {
  std::array<char, 256> text{};
  const ssize_t got = check(::read(fd.get(), text.data(), text.size()), "read");
  return {text.data(), static_cast<std::size_t>(got)};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("tty: what is no terminal has no size and no foreground group") {
    const Pipe pipe = make_pipe();
    CHECK_FALSE(toolkit::is_terminal(pipe.read));
    CHECK_FALSE(window_size(pipe.read));
    CHECK_FALSE(foreground_group(pipe.read));
    CHECK_FALSE(toolkit::is_terminal(Fd()));
  }

  TEST_CASE("tty: raw mode of what is no terminal is an error") {
    const Pipe pipe = make_pipe();
    CHECK_THROWS_WITH_AS(RawMode(FdRef(pipe.read.get())),
                         "tcgetattr: Inappropriate ioctl for device", toolkit::SystemError);
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("tty: a pseudoterminal is of the devpts that is mounted here [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty first = open_pty();
      const Pty second = open_pty();
      std::array<char, 64> name{};
      REQUIRE(::ttyname_r(first.slave.get(), name.data(), name.size()) == 0);
      CHECK(std::string(name.data()) == "/dev/pts/0");
      REQUIRE(::ttyname_r(second.slave.get(), name.data(), name.size()) == 0);
      CHECK(std::string(name.data()) == "/dev/pts/1");
    });
  }

  TEST_CASE("tty: both ends are terminals that close on exec [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty pty = open_pty();
      for (const Fd* end : {&pty.master, &pty.slave}) {
        CHECK(toolkit::is_terminal(*end));
        CHECK((::fcntl(end->get(), F_GETFD) & FD_CLOEXEC) != 0);
      }
    });
  }

  TEST_CASE("tty: opening one makes it nobody's controlling terminal [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      check(::setsid(), "setsid");
      const Pty pty = open_pty();
      CHECK(::tcgetsid(pty.slave.get()) == -1);
    });
  }

  TEST_CASE("tty: without a devpts there is none [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::mount, [] {
      toolkit::mount("tmpfs", "/dev", "tmpfs", 0);
      CHECK_THROWS_WITH_AS(static_cast<void>(open_pty()),
                           "open '/dev/ptmx': No such file or directory", toolkit::SystemError);
    });
  }

  TEST_CASE("tty: what is written to one end comes out at the other [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty pty = open_pty();
      toolkit::write_all(pty.master, "typed\n", "master");
      CHECK(read_some(pty.slave) == "typed\n");
      CHECK(read_some(pty.master) == "typed\r\n");  // its echo
      toolkit::write_all(pty.slave, "said\n", "slave");
      CHECK(read_some(pty.master) == "said\r\n");
    });
  }

  TEST_CASE("tty: a size set at one end is read at the other [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty pty = open_pty();
      CHECK(window_size(pty.slave)->ws_col == 0);
      set_window_size(pty.master, {.ws_row = 33, .ws_col = 121, .ws_xpixel = 0, .ws_ypixel = 0});
      CHECK(window_size(pty.slave)->ws_row == 33);
      CHECK(window_size(pty.slave)->ws_col == 121);
    });
  }

  TEST_CASE("tty: raw mode passes each byte and ends with its scope [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty pty = open_pty();
      const termios before = settings(pty.slave);
      REQUIRE(has_flag(before, ICANON));
      {
        const RawMode raw{pty.slave};
        REQUIRE_FALSE(has_flag(settings(pty.slave), ICANON));  // or the read below would block
        CHECK_FALSE(has_flag(settings(pty.slave), ECHO));
        REQUIRE_FALSE(has_flag(settings(pty.slave), ISIG));
        toolkit::write_all(pty.master, "\3", "master");
        CHECK(read_some(pty.slave) == "\3");  // no line, no signal
      }
      const termios after = settings(pty.slave);
      CHECK(after.c_lflag == before.c_lflag);
      CHECK(after.c_iflag == before.c_iflag);
      CHECK(after.c_oflag == before.c_oflag);
      CHECK(after.c_cflag == before.c_cflag);
      CHECK(std::memcmp(&after.c_cc, &before.c_cc, sizeof before.c_cc) == 0);
    });
  }

  TEST_CASE("tty: raw mode ends by an exception too [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty pty = open_pty();
      try {
        const RawMode raw{pty.slave};
        throw std::runtime_error("the end");
      } catch (const std::runtime_error&) {
        CHECK(has_flag(settings(pty.slave), ICANON));
      }
    });
  }

  TEST_CASE("tty: control_terminal makes a session with that terminal [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty pty = open_pty();
      control_terminal(pty.slave);
      CHECK(::getsid(0) == ::getpid());
      CHECK(::tcgetsid(pty.slave.get()) == ::getpid());
      CHECK(foreground_group(pty.slave) == ::getpid());
      CHECK(foreground_group(pty.master) == ::getpid());
    });
  }

  TEST_CASE("tty: the terminal of one session is not another's [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty pty = open_pty();
      control_terminal(pty.slave);
      // Nor is a leader of a group let out of it: setsid is for who leads none.
      CHECK_THROWS_WITH_AS(control_terminal(pty.slave), "setsid: Operation not permitted",
                           toolkit::SystemError);
    });
  }

  TEST_CASE("tty: the foreground group is numbered as the caller sees it [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty pty = open_pty();
      const Pipe ready = make_pipe();
      const Process leader = Process::spawn({.namespaces = Ns::pid}, [&] {
        control_terminal(pty.slave);
        const bool is_one = foreground_group(pty.slave) == 1;
        toolkit::write_all(ready.write, is_one ? "1" : "?", "ready");
        while (true) ::pause();
      });
      CHECK(read_some(ready.read) == "1");
      CHECK(foreground_group(pty.master) == leader.pid());
    });
  }

  TEST_CASE("tty: a new size is told to the foreground group [userns]") {
    NEEDS_USER_NAMESPACES();
    with_devpts([] {
      const Pty pty = open_pty();
      const Pipe ready = make_pipe();
      sigset_t resized;
      ::sigemptyset(&resized);
      ::sigaddset(&resized, SIGWINCH);
      Process leader = Process::spawn({}, [&] {
        check(::sigprocmask(SIG_BLOCK, &resized, nullptr), "sigprocmask");
        control_terminal(pty.slave);
        toolkit::write_all(ready.write, ".", "ready");
        int number = 0;
        ::sigwait(&resized, &number);
        ::_exit(window_size(pty.slave)->ws_col);
      });
      read_some(ready.read);
      set_window_size(pty.master, {.ws_row = 40, .ws_col = 99, .ws_xpixel = 0, .ws_ypixel = 0});
      const auto status = leader.wait_for(std::chrono::seconds(10));
      REQUIRE(status);
      CHECK(status->code == 99);
    });
  }
}
