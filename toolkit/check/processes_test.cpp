#include "toolkit/check/processes.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "toolkit/check/context.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/check/verdict.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

[[noreturn]] void stay() {
  while (true) ::pause();
}

/// Those processes of a machine that are process 1 of a namespace of their own.
std::vector<pid_t> first_ones(const Machine& machine) {
  std::vector<pid_t> found;
  for (const pid_t pid : machine.processes()) {
    if (numbers_of(pid).back() == 1) found.push_back(pid);
  }
  return found;
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("processes: have a number in each pid namespace, the innermost last") {
    const std::vector<pid_t> own = numbers_of(::getpid());
    CHECK(own.back() == ::getpid());
    Process child = Process::spawn({}, stay);
    const std::vector<pid_t> numbers = numbers_of(child.pid());
    CHECK(numbers.size() == own.size());
    CHECK(numbers.back() == child.pid());
  }

  TEST_CASE("processes: of a namespace below the machine's, by their own numbers and /proc") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings.probe = test::built("libexec/cooperage/probe");
    const Machine machine;
    const Process parent = machine.spawn([] {
      Process first = Process::spawn({.namespaces = Ns::pid | Ns::mount}, [] {
        set_propagation("/", Propagation::private_);
        mount("proc", "/proc", "proc", 0);
        if (check(::fork(), "fork") == 0) ::_exit(0);
        stay();
      });
      first.wait();
    });
    while (zombies_in(machine).empty()) ::sched_yield();
    const std::vector<pid_t> first = first_ones(machine);
    REQUIRE(first.size() == 1);
    CHECK(machine.processes().size() == 3);
    CHECK(zombies_in(machine).size() == 1);
    CHECK(companions_of(::getpid(), machine).empty());
    const std::vector<pid_t> both = companions_of(first.front(), machine);
    CHECK(to_text(inner_numbers(both)) == "1 2");
    CHECK(listed_by_proc(first.front()) == inner_numbers(both));
    CHECK(listed_by_proc(::getpid()).count(::getpid()) == 1);
    ::kill(first.front(), SIGKILL);
    expect_end(both, "the first ends", "none");
  }

  TEST_CASE("processes: a wait for what does not come ends with who could bring it") {
    Process child = Process::spawn({}, stay);
    CHECK_FALSE(comes_about({child.pid()}, [] { return false; }));
    child.signal(SIGKILL);
    CHECK(ends(child.pid()));
    CHECK_FALSE(comes_about({child.pid()}, [] { return false; }));
    CHECK(comes_about({}, [] { return true; }));
    Process other = Process::spawn({}, stay);
    CHECK_FALSE(ends(other.pid(), std::chrono::milliseconds(1)));
  }
}

}  // namespace toolkit::checks
