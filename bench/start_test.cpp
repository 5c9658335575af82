#include "bench/start.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::bench::become_subreaper;
using toolkit::bench::CommandLine;
using toolkit::bench::listen_to;
using toolkit::bench::start;
using toolkit::bench::Started;
using toolkit::test::in_child;

namespace {

CommandLine shell(const std::string& script) {
  return {.program = "/bin/sh", .argv = {"sh", "-c", script}};
}

Started start_quietly(const CommandLine& command) {
  return start(command, toolkit::open_file("/dev/null", O_WRONLY));
}

const char* const kWork = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("start: the status is as a shell gives it") {
    CHECK(start_quietly(shell("exit 7")).status == 7);
    CHECK(start_quietly(shell("kill -9 $$")).status == 137);
  }

  TEST_CASE("start: a program that is not there is an error that names it") {
    CHECK_THROWS_WITH_AS(start_quietly({.program = "/no/such", .argv = {"such"}}),
                         "posix_spawn '/no/such': No such file or directory", toolkit::SystemError);
  }

  TEST_CASE("start: stdin is empty") { CHECK(start_quietly(shell("! read line")).status == 0); }

  TEST_CASE("start: what a program says is kept with its status") {
    const auto said = listen_to(shell("echo out; echo err >&2; exit 3"));
    CHECK(said.text == "out\nerr\n");
    CHECK(said.status == 3);
  }

  TEST_CASE("start: what a program leaves behind is reaped too") {
    in_child([] {
      become_subreaper();
      // The parent ends at once; its child waits for that, by a pipe that only the parent holds.
      start_quietly(shell("exec 3>&1; { read line; } </dev/null & exit 0"));
      CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
      CHECK(errno == ECHILD);
    });
  }

  TEST_CASE("start: the CPU time of what a program leaves behind is counted") {
    in_child([] {
      become_subreaper();
      const double nothing = start_quietly(shell("exit 0")).sample.cpu;
      const double left =
          start_quietly(shell("{ " + std::string(kWork) + "; } & exit 0")).sample.cpu;
      CHECK(left > 5 * nothing);
    });
  }
}
