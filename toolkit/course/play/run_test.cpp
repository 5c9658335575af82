#include <doctest/doctest.h>

#include <filesystem>

#include "toolkit/course/learn/test_clone.hpp"
#include "toolkit/course/play/test_user.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/terminal.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

/// What a learner wrote: here a script, which the clone's compiler takes as it is.
constexpr std::string_view kProgram = R"(#!/bin/sh
echo "name $0 arguments $# $*"
read line && echo "read $line"
hostname barrel
shift $(($# - 1))
case $1 in
  /*) exec "$1" ;;
  sleep) exec sleep 1000 ;;
  *) exit "$1" ;;
esac
)";

/// A clone whose program is that, and that has the probe.
class Cask : public Clone {
 public:
  Cask() {
    write(kProgram);
    std::filesystem::create_directories(at("build/libexec/cooperage"));
    std::filesystem::copy_file(built("libexec/cooperage/probe"),
                               at("build/libexec/cooperage/probe"));
  }
  void write(std::string_view program) const { file("labs/01-cask/cask.cpp", program); }
};

TEST_SUITE("tool") {
  TEST_CASE("run: the learner's program has its arguments, its streams, and gives its status") {
    NEEDS_USER_NAMESPACES();
    const Cask clone;
    const Outcome outcome =
        run(clone.command({"run", "01", "--", "--name", "a b", "42"}), "wine\n");
    CHECK(outcome.out == "name /w/cask arguments 3 --name a b 42\nread wine\n");
    CHECK(outcome.err.empty());
    CHECK(outcome.status == 42);
  }

  TEST_CASE("run: a normal user's program too [root]") {
    SKIP_UNLESS(is_root(), "becoming another user needs root");
    const Cask clone;
    REQUIRE(run({"chown", "-R", "65534:65534", clone.at("")}).status == 0);
    const Outcome outcome =
        run(as(User::nobody, clone.command({"run", "01", "--", "42"})), "wine\n");
    CHECK(outcome.out == "name /w/cask arguments 1 42\nread wine\n");
    CHECK(outcome.err.empty());
    CHECK(outcome.status == 42);
  }

  TEST_CASE("run: a signal that ends it is told as a shell does") {
    NEEDS_USER_NAMESPACES();
    const Cask clone;
    clone.write("#!/bin/sh\nkill -9 $$\n");
    CHECK(run(clone.command({"run", "01", "--", "x"})).status == 137);
  }

  TEST_CASE("run: without arguments the probe tells what it sees") {
    NEEDS_USER_NAMESPACES();
    const Cask clone;
    const Outcome outcome = run(clone.command({"run", "cask"}));
    CHECK(has(outcome.err, "$ cask /w/probe\n"));
    CHECK(has(outcome.out, "host"));
    CHECK(has(outcome.out, "barrel"));
    CHECK(outcome.status == 0);
  }

  TEST_CASE("run: without arguments a program that takes a root gets one") {
    NEEDS_USER_NAMESPACES();
    const Cask clone;
    std::string yaml = clone.read("labs/01-cask/lab.yaml");
    yaml.replace(yaml.find("cask [NAME]"), 11, "cask --rootfs DIR [--] CMD [ARG…]");
    clone.file("labs/01-cask/lab.yaml", yaml);
    clone.write("#!/bin/sh\nexec chroot $2 $4\n");
    const Outcome outcome = run(clone.command({"run", "01"}));
    CHECK(has(outcome.err, "$ cask --rootfs /w/rootfs -- /probe\n"));
    CHECK(has(outcome.out, "arguments  /probe"));
    CHECK(outcome.status == 0);
  }

  TEST_CASE("run: a root that a check told of is there") {
    NEEDS_USER_NAMESPACES();
    const Cask clone;
    const Outcome outcome =
        run(clone.command({"run", "01", "--", "--rootfs", "/w/rab1c9", "/w/rab1c9/probe"}));
    CHECK(has(outcome.out, "barrel"));
    CHECK(outcome.status == 0);
  }

  TEST_CASE("run: what can't be compiled is told") {
    const Cask clone;
    clone.write("ERROR\n");
    const Outcome outcome = run(clone.command({"run", "01"}));
    CHECK(has(outcome.err, "labs/01-cask/cask.cpp:1: 'ERROR' was not declared"));
    CHECK(outcome.status == 1);
    const Outcome shell = run(clone.command({"shell", "01"}), "ls /w\n");
    CHECK(has(shell.err, "the machine has no /w/cask"));
    CHECK(shell.out == "probe\nrootfs\n");
  }

  TEST_CASE("run --keep: a shell stands beside the program") {
    NEEDS_USER_NAMESPACES();
    const Cask clone;
    const Outcome outcome = run(clone.command({"run", "01", "--keep", "--", "sleep"}),
                                "until pidof sleep; do :; done\nhostname\nexit 3\n");
    CHECK(has(outcome.err, "cask sleep\n"));
    CHECK(has(outcome.err, "cask is process"));
    CHECK(has(outcome.out, "name /w/cask arguments 1 sleep\n"));
    CHECK(has(outcome.out, "barrel\n"));
    CHECK(outcome.status == 3);
  }

  TEST_CASE("run --keep: on a terminal both are there, and the program reads no keys") {
    NEEDS_USER_NAMESPACES();
    const Cask clone;
    Typist typist(clone.command({"run", "01", "--keep", "--", "sleep"}), {});
    CHECK(has(typist.wait_for("is process"), "which runs beside it: cask sleep"));
    typist.wait_for("machine# ");
    typist.type("until pidof sleep >/dev/null; do :; done; echo it is $(hostname)\r");
    typist.wait_for("it is barrel");
    typist.type("exit 3\r");
    CHECK(typist.status() == 3);
  }

  TEST_CASE("run: on a terminal it is on one of the machine") {
    NEEDS_USER_NAMESPACES();
    const Cask clone;
    Typist typist(clone.command({"run", "01", "--", "/usr/bin/tty"}), {});
    typist.wait_for("name /w/cask");
    typist.type("wine\r");
    typist.wait_for("read wine");
    typist.wait_for("/dev/pts/0");
    CHECK(typist.status() == 0);
  }

  TEST_CASE("run: Ctrl-C on a terminal is for the program") {
    NEEDS_USER_NAMESPACES();
    const Cask clone;
    clone.write("#!/bin/sh\ntrap 'exit 5' INT\necho ready\nread line\n");
    Typist typist(clone.command({"run", "01", "--", "x"}), {});
    typist.wait_for("ready");
    typist.type("\x03");
    CHECK(typist.status() == 5);
  }
}

}  // namespace
}  // namespace toolkit::test
