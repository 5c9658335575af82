#include "toolkit/check/subject.hpp"

#include "toolkit/check/context.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit::checks;  // NOLINT: the module tested

namespace {

/// A program that starts a child and says, when that has ended, why there is no command.
Failure fail_after(const std::string& step, const std::string& said) {
  context() = {};
  context().settings = {
      .subject = "/bin/sh", .probe = toolkit::test::built("libexec/cooperage/probe"), .name = "sh"};
  context().step = step;
  Machine machine;
  Subject subject = machine.start({"-c", "(exit 125); echo \"$1\" >&2; exit 125", "sh", said},
                                  {.unfinished = Unfinished::held});
  REQUIRE(!subject.arrived());
  REQUIRE(subject.stands() != 0);
  try {
    subject.fail_here({.expected = "this", .seen = "that", .evidence = "", .hint = "those"});
  } catch (const Failed& failed) {
    return failed.failure;
  }
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("subject: what is missing because its step is not written is told as such") {
    NEEDS_USER_NAMESPACES();
    CHECK(fail_after("04.2a", "uts: f:7: step 04.2 is not written yet").hint == "not-started");
    CHECK(fail_after("04.3", "uts: f:7: step 04.2 is not written yet").hint == "not-started");
  }

  TEST_CASE("subject: a later step that is not written is no excuse, and no news") {
    NEEDS_USER_NAMESPACES();
    const Failure failure = fail_after("04.1a", "uts: f:7: step 04.2 is not written yet");
    CHECK(failure.hint == "those");
    CHECK(failure.seen == "that");
  }

  TEST_CASE("subject: at which later step it stopped is told to who asks") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings = {.subject = "/bin/sh",
                          .probe = toolkit::test::built("libexec/cooperage/probe"),
                          .name = "sh"};
    context().step = "04.1a";
    Machine machine;
    const std::string last = "echo 'f:7: step 04.2 is not written yet' >&2; exit 125";
    Subject subject = machine.start({"-c", last}, {.unfinished = Unfinished::held});
    CHECK(subject.let_go() == "\nthen it stopped: step 04.2 is not written yet");
    CHECK(!subject.hangs());
  }

  TEST_CASE("subject: one that waits for ever is looked at in its child, where that is wanted") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings = {.subject = "/bin/sh",
                          .probe = toolkit::test::built("libexec/cooperage/probe"),
                          .name = "sh"};
    Machine machine;
    const std::string waits = "sleep 1000 & wait";
    {
      Subject subject = machine.start({"-c", waits}, {.unfinished = Unfinished::held_or_hanging});
      CHECK(subject.hangs());
      CHECK(subject.stands() != subject.pid());
      CHECK(toolkit::namespace_id(subject.stands(), toolkit::Ns::net) ==
            machine.namespace_id(toolkit::Ns::net));
      CHECK(subject.let_go().starts_with("\nthen it hangs: your program in "));
      CHECK(subject.let_go().find(", its child sleep in ") != std::string::npos);
    }
    try {
      machine.start({"-c", waits}, {.unfinished = Unfinished::held});
      FAIL_CHECK("it was taken for one that ends");
    } catch (const Failed& failed) {
      CHECK(failed.failure.hint == "hangs");
    }
  }

  TEST_CASE("subject: a copy of the payload that was asked for is no second one") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings = {.subject = "/usr/bin/env",
                          .probe = toolkit::test::built("libexec/cooperage/probe"),
                          .name = "env"};
    Machine machine;
    Subject subject = machine.start({machine.probe(), machine.word()});
    CHECK(subject.ask("fork") != "0");
    CHECK(machine.copies().size() == 2);
    CHECK(subject.ask("getpid") != "0");
  }

  TEST_CASE("subject: an end is judged by the step that is checked") {
    context() = {};
    context().step = "04.2a";
    expect_written("uts: unshare: Operation not permitted");
    expect_written("uts: f:7: step 04.3 is not written yet");
    CHECK_THROWS_AS(expect_written("uts: f:7: step 04.2 is not written yet"), Failed);
    CHECK_THROWS_AS(expect_written("uts: f:7: step 04.1 is not written yet"), Failed);
  }

  TEST_CASE("subject: the last words of a program are told with what is missing") {
    NEEDS_USER_NAMESPACES();
    const Failure failure = fail_after("04.1a", "uts: unshare: Operation not permitted");
    CHECK(failure.hint == "those");
    CHECK(failure.seen == "that\nuts: unshare: Operation not permitted");
  }
}
