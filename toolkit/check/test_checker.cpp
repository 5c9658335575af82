// A checker as labs have one, for the tests of the checker itself: `NAME --hostname NAME -- CMD ARG…` runs
// a command in a UTS namespace of its own.
#include <cstdlib>
#include <stdexcept>

#include "toolkit/check/check.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::Ns;

/// What a fault in the checker itself looks like; the tests ask for one.
void break_here(const std::string& wanted) {
  const char* fault = std::getenv("COOPERAGE_TEST_FAULT");
  if (fault == nullptr || wanted != fault) return;
  if (wanted == "throw") throw std::runtime_error("planted");
  if (wanted == "abort") std::abort();
  if (wanted == "crash") ::raise(SIGSEGV);
}

std::vector<std::string> command_line_of(const Machine& machine, const std::string& name) {
  return {"--hostname", name, "--", machine.probe(), machine.word()};
}

void expect(bool fact, const std::string& expected, const std::string& seen) {
  if (!fact) fail({.expected = expected, .seen = seen, .hint = "test"});
}

CHECK_STEP("90.1", "the command runs, and answers", 1, {}) {
  Machine machine;
  Subject subject = machine.start(command_line_of(machine, random_name()));
  expect(subject.ask("argv 1") == machine.word(), "the word", "another");
  expect(subject.ask("argv 1") == machine.word(), "the word", "another");
  subject.tell("exit 0");
  static_cast<void>(subject.wait());
}

CHECK_STEP("90.2", "a UTS namespace of its own, with the name", 1, {"90.1"}) {
  Machine machine;
  const std::string name = random_name();
  Subject subject = machine.start(command_line_of(machine, name));
  expect(namespace_id(subject.payload(), Ns::uts) != machine.namespace_id(Ns::uts),
         "a UTS namespace of its own", "the machine's");
  expect(hostname_of(subject.payload()) == name, name, hostname_of(subject.payload()));
  expect(subject.ask("hostname") == name, name, "another answer");
  break_here("throw");
}

CHECK_STEP("90.3", "the machine's name stays", 1, {"90.2"}) {
  Machine machine;
  const std::string before = machine.hostname();
  static_cast<void>(machine.finish(command_line_of(machine, random_name())));
  expect(machine.hostname() == before, before, machine.hostname());
  break_here("abort");
  break_here("crash");
}

CHECK_STEP("90.4", "the status is passed on", 1, {"90.1"}) {
  Machine machine;
  Subject subject = machine.start(command_line_of(machine, random_name()));
  const int status = random_number(3, 99);
  subject.tell("exit " + std::to_string(status));
  const int seen = subject.wait().status;
  expect(seen == status, std::to_string(status), std::to_string(seen));
}

CHECK_STEP("91.1", "root's machine is out of reach", 1, {}) {
  Machine machine({.powers = Powers::devices});
  const Ended ended = machine.finish({});
  expect(ended.status == 0, "exit 0", std::to_string(ended.status) + ' ' + ended.err);
}

}  // namespace
