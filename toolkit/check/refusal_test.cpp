#include "toolkit/check/refusal.hpp"

#include <doctest/doctest.h>

#include "toolkit/check/context.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

/// The hint that an end earns, or "" when it is a refusal as it should be.
std::string hint_for(const Ended& ended) {
  try {
    expect_refusal(ended, {.what = "there is no such device",
                           .error = ENODEV,
                           .hint_when_run = "ran",
                           .hint_when_mute = "mute"});
    return {};
  } catch (const Failed& failed) {
    return failed.failure.hint;
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("refusal: 125 and the reason, without a command, is one") {
    CHECK(hint_for({.status = 125, .err = "net: RTM_NEWLINK 'x': No such device\n"}).empty());
  }
  TEST_CASE("refusal: a command that ran is none, whatever was said") {
    CHECK(hint_for({.status = 125, .err = "No such device", .payload = true}) == "ran");
    CHECK(hint_for({.status = 0, .payload = true}) == "ran");
  }
  TEST_CASE("refusal: another status, or another reason, is none") {
    CHECK(hint_for({.status = 1, .err = "No such device"}) == "mute");
    CHECK(hint_for({.status = 125, .err = "Unknown error -19"}) == "mute");
  }
  TEST_CASE("refusal: a step that is open is told as that") {
    context() = {};
    context().step = "08.3a";
    CHECK(hint_for({.status = 125, .err = "x.cpp:5: step 08.3 is not written yet"}) ==
          "not-started");
    CHECK(hint_for({.status = 125, .err = "x.cpp:5: step 08.4 is not written yet"}) == "mute");
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("refusal: a lab's own hint takes the place of the common one, and of no other") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings = {
        .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
    Machine machine;
    const auto hint_of = [&machine](const Hints& hints) {
      try {
        start_with_hints(machine, {"false"}, {}, hints);
        return std::string("none");
      } catch (const Failed& failed) {
        return failed.failure.hint;
      }
    };
    CHECK(hint_of({{"ended-early", "not-moved"}}) == "not-moved");
    CHECK(hint_of({{"hangs", "no-answer"}}) == "ended-early");
  }

  TEST_CASE("refusal: one that never ends gets the lab's hint, too") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings = {
        .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
    Machine machine;
    try {
      finish_with_hints(machine, {"sleep", "1000"}, {}, {{"hangs", "no-answer"}});
      FAIL_CHECK("it has ended");
    } catch (const Failed& failed) {
      CHECK(failed.failure.hint == "no-answer");
    }
  }

  TEST_CASE("answers: each is compared, and all are told") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings = {
        .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
    Machine machine;
    Subject subject = machine.start({machine.probe(), machine.word()});
    const std::string pid = subject.ask("getpid");
    expect_answers(subject, {{"getpid", pid}, {"getpid", pid}}, "other");
    try {
      expect_answers(subject, {{"getpid", pid}, {"getpid", "0"}}, "other");
      FAIL_CHECK("0 was taken for a process");
    } catch (const Failed& failed) {
      CHECK(failed.failure.hint == "other");
      CHECK(failed.failure.seen == "getpid: " + pid + "\ngetpid: " + pid);
    }
  }
}

}  // namespace toolkit::checks
