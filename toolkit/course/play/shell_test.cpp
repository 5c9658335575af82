#include <doctest/doctest.h>
#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/course/play/test_user.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/terminal.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

std::string own_hostname() {
  utsname names{};
  ::uname(&names);
  return names.nodename;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// How many processes are in a UTS namespace.
std::size_t members(ino_t uts) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    try {
      const pid_t pid = std::stoi(entry.path().filename());
      if (namespace_id(pid, Ns::uts) == uts) ++count;
    } catch (const std::exception&) {  // NOLINT: no process, or one that has ended
    }
  }
  return count;
}

void check_commands(User user) {
  const std::string before = own_hostname();
  const Outcome outcome = run(as(user, {built("bin/lab"), "shell"}),
                              "hostname barrel\nhostname; pwd; id -u\nmount -t tmpfs x /tmp\n"
                              "chroot /w/rootfs /probe | head -n 1\nexit 7\n");
  CHECK(outcome.status == 7);
  CHECK(outcome.out.starts_with("barrel\n/w\n0\n"));
  CHECK(outcome.err.empty());
  CHECK(own_hostname() == before);
}

void check_terminal(User user) {
  Typist typist(as(user, {"env", "TERM=xterm", built("bin/lab"), "shell"}),
                {.rows = 30, .columns = 90});
  CHECK(has(typist.wait_for("machine# "), "all of it ends with this shell"));
  typist.type("tty; stty size; echo term $TERM home $HOME\r");
  const std::string shown = typist.wait_for("term xterm home /root");
  CHECK(has(shown, "/dev/pts/0"));
  CHECK(has(shown, "30 90"));
  typist.wait_for("machine# ");
  typist.resize({.rows = 31, .columns = 91});
  typist.type("trap 'stty size' WINCH; stty size\r");
  typist.wait_for("31 91");
  typist.wait_for("machine# ");
  // What it says can't be told apart from what was typed, but for the quotes.
  typist.type(
      "sh -c 'trap \"echo conti\"\"nued\" CONT; trap \"echo interru\"\"pted; exit\" INT; "
      "echo rea\"\"dy; read x; read x'\r");
  typist.wait_for("ready");
  typist.type("\x1a");  // Ctrl-Z
  typist.wait_for("Stopped");
  typist.type("fg\r");
  typist.wait_for("continued");
  typist.type("\x03");  // Ctrl-C
  typist.wait_for("interrupted");
  typist.wait_for("machine# ");
  typist.type("exit 9\r");
  CHECK(typist.status() == 9);
}

TEST_SUITE("tool") {
  TEST_CASE("shell: commands that are piped run on a machine of their own") {
    NEEDS_USER_NAMESPACES();
    check_commands(User::caller);
  }

  TEST_CASE("shell: a normal user has one too [root]") {
    SKIP_UNLESS(is_root(), "becoming another user needs root");
    check_commands(User::nobody);
  }

  TEST_CASE("shell: on a terminal it is one of the machine, with jobs and a size") {
    NEEDS_USER_NAMESPACES();
    check_terminal(User::caller);
  }

  TEST_CASE("shell: on a normal user's terminal too [root]") {
    SKIP_UNLESS(is_root(), "becoming another user needs root");
    check_terminal(User::nobody);
  }

  TEST_CASE("shell: a terminal that goes away ends it") {
    NEEDS_USER_NAMESPACES();
    Typist typist({built("bin/lab"), "shell"}, {});
    typist.wait_for("machine# ");
    typist.hang_up();
  }

  TEST_CASE("shell: after kill -9 nothing of the machine is left") {
    NEEDS_USER_NAMESPACES();
    const Pipe input = make_pipe();
    Pipe output = make_pipe();
    Process lab = Process::spawn({}, [&] {
      REQUIRE(::dup2(input.read.get(), STDIN_FILENO) != -1);
      REQUIRE(::dup2(output.write.get(), STDOUT_FILENO) != -1);
      ::execl(built("bin/lab").c_str(), "lab", "shell", nullptr);
    });
    lab.await_exec();
    output.write.reset();
    write_all(input.write,
              "(trap '' TERM HUP; setsid sleep 1000 &) ; stat -L -c %i /proc/self/ns/uts\n",
              "input");
    std::string line(64, '\0');
    const ssize_t got = ::read(output.read.get(), line.data(), line.size());
    REQUIRE(got > 0);
    const ino_t uts = std::stoul(line);
    CHECK(members(uts) >= 3);  // the keeper, the shell, sleep
    lab.signal(SIGKILL);
    lab.wait();
    CHECK(read_all(output.read, "output").empty());  // comes to its end when all that hold it ended
    CHECK(members(uts) == 0);
  }

  TEST_CASE("shell: what is no lab is told") {
    const Outcome outcome = run({built("bin/lab"), "shell", "no-such-lab"});
    CHECK(outcome.status != 0);
    CHECK(has(outcome.err, "no-such-lab"));
  }
}

}  // namespace
}  // namespace toolkit::test
