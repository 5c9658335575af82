#include "toolkit/lab/program.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/lab/todo.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Arguments;
using toolkit::Fd;
using toolkit::run_program;

namespace {

struct Ended {
  int status = -1;
  std::string err;
};

/// Runs a body as `uts a "" "b c"`, and keeps what it writes to stderr.
Ended run_as_uts(int (*body)(const Arguments& arguments)) {
  std::array<std::string, 4> words = {"uts", "a", "", "b c"};
  std::array<char*, 5> argv = {words[0].data(), words[1].data(), words[2].data(), words[3].data()};
  const toolkit::test::TempDir directory;
  const Fd kept(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  const Fd file = toolkit::open_file(directory.at("err"), O_CREAT | O_WRONLY, 0600);
  ::dup2(file.get(), STDERR_FILENO);
  const int status = run_program("uts", 4, argv.data(), body);
  ::dup2(kept.get(), STDERR_FILENO);
  return {.status = status, .err = toolkit::read_file(directory.at("err"))};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("program: the body gets the arguments as they are, and its result is the status") {
    const Ended ended = run_as_uts([](const Arguments& arguments) {
      return arguments == Arguments{"a", "", "b c"} ? 42 : 1;
    });
    CHECK(ended.status == 42);
    CHECK(ended.err.empty());
  }

  TEST_CASE("program: a failed call is one line, and the status is 125") {
    const Ended ended = run_as_uts(
        [](const Arguments&) -> int { throw toolkit::SystemError(EPERM, "sethostname", "lab"); });
    CHECK(ended.status == 125);
    CHECK(ended.err == "uts: sethostname 'lab': Operation not permitted\n");
  }

  TEST_CASE("program: a step that is not written is one line, and the status is 125") {
    const Ended ended = run_as_uts([](const Arguments&) -> int { toolkit::todo("04.2", "f", 7); });
    CHECK(ended.status == 125);
    CHECK(ended.err == "uts: f:7: step 04.2 is not written yet\n");
  }

  TEST_CASE("program: no arguments at all are no arguments") {
    CHECK(run_program("uts", 0, nullptr,
                      [](const Arguments& none) { return none.empty() ? 0 : 1; }) == 0);
  }
}
