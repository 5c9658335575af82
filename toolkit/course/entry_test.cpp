// The script `lab`, branch by branch, on a machine that is made up.
#include "toolkit/course/entry_machine.hpp"
#include "toolkit/kernel/text.hpp"

using namespace toolkit::course;  // NOLINT
using toolkit::test::is_root;
using toolkit::test::Outcome;
using toolkit::test::run;

namespace {

constexpr int kUnavailable = 69;
constexpr const char* kAll = "compiler peer judge";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The id of the user that Machine calls normal.
std::string normal_id() { return is_root() ? "65534" : toolkit::test::run({"id", "-u"}).out; }

std::string handed_over(const std::string& id, const std::string& arguments) {
  return "handed over to " + std::string(toolkit::trim(id)) + ": " + arguments + "\n";
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("entry: with everything there it builds and hands over all words") {
    Machine machine(kAll);
    const Outcome outcome = machine.lab("demo 'two words' --x");
    CHECK(outcome.status == 0);
    CHECK(outcome.out == handed_over(normal_id(), "<demo> <two words> <--x>"));
    CHECK(std::filesystem::exists(machine.clone() / "build/bin/lab"));
  }

  TEST_CASE("entry: with nothing to do it says nothing and builds nothing") {
    Machine machine(kAll);
    REQUIRE(machine.lab("demo").status == 0);
    machine.calls();
    const Outcome outcome = machine.lab("demo");
    CHECK(outcome.err.empty());
    CHECK(!has(machine.calls(), "cmake"));
  }

  TEST_CASE("entry: with nothing to do it asks for packages once and for ninja once") {
    Machine machine(kAll);
    REQUIRE(machine.lab("demo").status == 0);
    machine.calls();
    REQUIRE(machine.lab("demo").status == 0);
    const std::string calls = machine.calls();
    CHECK(toolkit::lines(calls).size() == 2);
  }

  TEST_CASE("entry: a package that waits for a trigger is there") {
    CHECK(Machine("compiler:triggers-pending").lab("demo").status == 0);
  }

  TEST_CASE("entry: a package that was removed but for its settings is not there") {
    CHECK(Machine("compiler:config-files").lab("doctor").status == kUnavailable);
  }

  TEST_CASE("entry: root installs what the build needs and no more [root]") {
    SKIP_UNLESS(is_root(), "not root");
    Machine machine;
    const Outcome outcome = machine.lab("demo", User::root);
    CHECK(outcome.out == handed_over("0", "<demo>"));
    CHECK(has(outcome.err, "lab: installing 1 packages: compiler\n"));
    const std::string calls = machine.calls();
    CHECK(has(calls, "install -y --no-install-recommends compiler\n"));
    CHECK(!has(calls, "update"));
  }

  TEST_CASE("entry: for the tests root installs the rest too [root]") {
    SKIP_UNLESS(is_root(), "not root");
    Machine machine("compiler");
    CHECK(machine.lab("test", User::root).status == 0);
    CHECK(has(machine.calls(), "--no-install-recommends peer judge\n"));
  }

  TEST_CASE("entry: where the package lists are missing they are fetched [root]") {
    SKIP_UNLESS(is_root(), "not root");
    Machine machine;
    machine.mark("no-lists");
    CHECK(machine.lab("demo", User::root).status == 0);
    CHECK(has(machine.calls(), "apt-get as 0: -q update\n"));
  }

  TEST_CASE("entry: without a network root is told what is missing [root]") {
    SKIP_UNLESS(is_root(), "not root");
    Machine machine;
    machine.mark("offline");
    const Outcome outcome = machine.lab("demo", User::root);
    CHECK(outcome.status == kUnavailable);
    CHECK(has(outcome.err, "lab: these packages could not be installed: compiler\n"));
    CHECK(has(outcome.err, "apt-get update && apt-get install --no-install-recommends compiler\n"));
    CHECK(has(outcome.err, "Err: no network\n"));
  }

  TEST_CASE("entry: root builds as the owner of the clone and hands over as root [root]") {
    SKIP_UNLESS(is_root(), "not root");
    Machine machine;
    machine.give_away();
    CHECK(machine.lab_as_is("demo", User::root).out == handed_over("0", "<demo>"));
    const std::string calls = machine.calls();
    CHECK(has(calls, "cmake as 65534:"));
    CHECK(has(calls, "ninja as 65534: -C"));
    CHECK(has(calls, "apt-get as 0:"));
  }

  TEST_CASE("entry: under sudo it builds as who called sudo [root]") {
    SKIP_UNLESS(is_root(), "not root");
    Machine machine;
    machine.give_away();
    machine.set("SUDO_UID=65533 SUDO_GID=65533");
    run({"chmod", "-R", "a+rwX", machine.at("")});
    CHECK(machine.lab_as_is("demo", User::root).status == 0);
    CHECK(has(machine.calls(), "cmake as 65533:"));
  }

  TEST_CASE("entry: root that wants no root becomes the owner of the clone [root]") {
    SKIP_UNLESS(is_root(), "not root");
    Machine machine(kAll);
    machine.give_away();
    CHECK(machine.lab_as_is("test --no-root", User::root).out ==
          handed_over("65534", "<test> <--no-root>"));
  }

  TEST_CASE("entry: root in root's own clone has no user to be [root]") {
    SKIP_UNLESS(is_root(), "not root");
    Machine machine;
    const Outcome outcome = machine.lab("test --no-root", User::root);
    CHECK(outcome.status == 2);
    CHECK(has(outcome.err, "lab: --no-root: this is root, and so is the owner of"));
  }

  TEST_CASE("entry: a demo with nothing to install asks for no root") {
    Machine machine("compiler");
    machine.add_sudo("true");
    CHECK(machine.lab("demo").status == 0);
    CHECK(!has(machine.calls(), "sudo"));
  }

  TEST_CASE("entry: what root is needed for is said before sudo is called") {
    Machine machine;
    machine.add_sudo("true");
    const Outcome outcome = machine.lab("demo");
    CHECK(outcome.status == 5);
    CHECK(has(outcome.err, "lab: root is needed to install 1 packages: compiler\n"));
    CHECK(has(outcome.out, "root would run: -- env "));
    CHECK(has(outcome.out, machine.clone().string() + "/lab demo\n"));
  }

  TEST_CASE("entry: the tests ask for root even when all is installed") {
    Machine machine(kAll);
    machine.add_sudo("true");
    const Outcome outcome = machine.lab("test --long fd:");
    CHECK(outcome.status == 5);
    CHECK(has(outcome.out, "/lab test --long fd:\n"));
    CHECK(!has(outcome.err, "install"));
  }

  TEST_CASE("entry: sudo keeps what the tests are told by the environment") {
    Machine machine(kAll);
    machine.add_sudo("true");
    machine.set("CI=true COOPERAGE_REQUIRE=all");
    CHECK(has(machine.lab("test").out, "env CI=true COOPERAGE_REQUIRE=all "));
  }

  TEST_CASE("entry: on a terminal sudo may ask") {
    Machine machine;
    machine.add_sudo("false");
    const Outcome outcome = machine.lab("demo", User::normal, Terminal::yes);
    CHECK(outcome.status == 5);
    CHECK(has(outcome.out, "root would run: -- env "));
  }

  TEST_CASE("entry: without a terminal that sudo could ask on the command is told") {
    Machine machine;
    machine.add_sudo("false");
    const Outcome outcome = machine.lab("demo");
    CHECK(outcome.status == kUnavailable);
    CHECK(outcome.out.empty());
    CHECK(has(outcome.err,
              "  sudo apt-get update && sudo apt-get install --no-install-recommends compiler\n"));
  }

  TEST_CASE("entry: without sudo the command is told") {
    Machine machine;
    const Outcome outcome = machine.lab("demo", User::normal, Terminal::yes);
    CHECK(outcome.status == kUnavailable);
    CHECK(has(outcome.out, "lab: 1 packages are missing, and root is needed to install them"));
    CHECK(has(outcome.out,
              "su -c \"apt-get update && apt-get install --no-install-recommends compiler\"\r\n"));
  }

  TEST_CASE("entry: without sudo the tests name the way without root") {
    Machine machine(kAll);
    const Outcome outcome = machine.lab("test");
    CHECK(outcome.status == kUnavailable);
    CHECK(has(outcome.err, "  su -c \"" + machine.at("a\\ clone/lab test\"\n")));
    CHECK(has(outcome.err, "./lab test --no-root runs what a user can"));
  }

  TEST_CASE("entry: without root the tests that can be run are run") {
    Machine machine("compiler judge");
    machine.add_sudo("true");
    const Outcome outcome = machine.lab("test --no-root");
    CHECK(outcome.out == handed_over(normal_id(), "<test> <--no-root>"));
    CHECK(has(outcome.err, "lab: missing, so what needs them is left out: peer\n"));
    CHECK(!has(machine.calls(), "sudo"));
  }

  TEST_CASE("entry: without root nothing is run that cannot be built") {
    Machine machine;
    CHECK(machine.lab("test --no-root").status == kUnavailable);
  }

  TEST_CASE("entry: other verbs name what is missing and ask for nothing") {
    Machine machine;
    machine.add_sudo("true");
    const Outcome outcome = machine.lab("doctor");
    CHECK(outcome.status == kUnavailable);
    CHECK(has(outcome.err, "--no-install-recommends compiler\n"));
    CHECK(!has(machine.calls(), "sudo"));
  }
}
