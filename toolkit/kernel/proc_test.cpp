#include "toolkit/kernel/proc.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::parse_process_stat;
using toolkit::process_stat;
using toolkit::ProcessStat;
using toolkit::SystemError;
using toolkit::test::in_child;

namespace {

/// The line of a process of that name, as the kernel writes it.
std::string line_of(const std::string& name) {
  return "4711 (" + name +
         ") T 12 4711 4700 34816 -1 4194304 90 0 0 0 31 14 0 0 20 0 1 0 123456 3567616 400 "
         "18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("proc: the fields of a process's stat have names") {
    const std::optional<ProcessStat> stat = parse_process_stat(line_of("sh"));
    REQUIRE(stat);
    CHECK(stat->name == "sh");
    CHECK(stat->state == 'T');
    CHECK(stat->parent == 12);
    CHECK(stat->group == 4711);
    CHECK(stat->session == 4700);
    CHECK(stat->terminal == 34816);
    CHECK(stat->foreground == -1);
    CHECK(stat->user_time == 31);
    CHECK(stat->system_time == 14);
    CHECK(stat->start_time == 123456);
  }

  TEST_CASE("proc: a name may look like the fields that follow it") {
    for (const char* name : {"a b", ") R 1 1", "))((", "", "\n"}) {
      CAPTURE(name);
      const std::optional<ProcessStat> stat = parse_process_stat(line_of(name));
      REQUIRE(stat);
      CHECK(stat->name == name);
      CHECK(stat->parent == 12);
      CHECK(stat->start_time == 123456);
    }
  }

  TEST_CASE("proc: what is no such line is nothing") {
    for (const char* text : {"", "1 (sh", "1 sh) R", ")(", "1 (sh) R 0 1 1 0 -1"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_process_stat(text));
    }
  }

  TEST_CASE("proc: this process is what the calls say it is") {
    const ProcessStat stat = process_stat(::getpid());
    CHECK(stat.state == 'R');
    CHECK(stat.parent == ::getppid());
    CHECK(stat.group == ::getpgrp());
    CHECK(stat.session == ::getsid(0));
    CHECK(stat.start_time > 0);
  }

  TEST_CASE("proc: a name with brackets and blanks is read from the kernel") {
    in_child([] {
      toolkit::check(::prctl(PR_SET_NAME, ") Z 1 1 ("), "prctl");
      const ProcessStat stat = process_stat(::getpid());
      CHECK(stat.name == ") Z 1 1 (");
      CHECK(stat.parent == ::getppid());
    });
  }

  TEST_CASE("proc: a process that is not there is an error that says so") {
    constexpr pid_t kNobody = 0x7fffffff;  // above any pid_max
    try {
      static_cast<void>(process_stat(kNobody));
      FAIL("it was found");
    } catch (const SystemError& error) {
      CHECK(error.number() == ENOENT);
    }
  }
}
