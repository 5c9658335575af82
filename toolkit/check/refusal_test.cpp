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
                           .why = "No such device",
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
    CHECK(hint_for({.status = 125, .err = "x.cpp:5: step 08.3 is not written yet"}) ==
          "not-started");
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
}

}  // namespace toolkit::checks
