#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "toolkit/course/play/stage.hpp"
#include "toolkit/course/play/table.hpp"
#include "toolkit/course/play/test_user.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/terminal.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

using Strings = std::vector<std::string>;

/// What each step changes, and nothing else.
const std::vector<Strings> kChanges = {
    {},           {"root"},  {"hostname"}, {"mounts"}, {"way_out"}, {"pid", "processes"},
    {"segments"}, {"links"}, {"ids"},      {"cgroups"}};

void check_steps(User user) {
  const Outcome outcome = run(as(user, {built("bin/lab"), "isolate", "--json"}));
  CHECK(outcome.err.empty());
  REQUIRE(outcome.status == 0);
  const auto steps = nlohmann::json::parse(outcome.out);
  REQUIRE(steps.size() == kChanges.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    CAPTURE(steps[i]["name"]);
    CHECK(steps[i]["step"] == i);
    CHECK(steps[i]["changed"].get<Strings>() == kChanges[i]);
  }
  CHECK(steps.back()["sees"]["hostname"] == "barrel");
  CHECK(steps.back()["sees"]["pid"] == "1");
  CHECK(steps.back()["sees"]["processes"] == "1");
}

std::size_t marked(std::string_view text) {
  std::size_t count = 0;
  for (const std::string_view line : lines(text)) count += line.starts_with("  * ") ? 1U : 0U;
  return count;
}

TEST_SUITE("unit") {
  TEST_CASE("isolate: a line that is not as before is marked and names its lab") {
    const course::View before(course::kRows.size(), "as ever");
    course::View after = before;
    after[1] = "\x1b[2J barrel";
    const std::string table = course::step_table(2, before, after);
    CHECK(marked(table) == 1);
    CHECK(table.find("  * host name") != std::string::npos);
    CHECK(table.find("lab 04 uts") != std::string::npos);
    CHECK(table.find('\x1b') == std::string::npos);
    for (const std::string_view line : lines(table)) CHECK(line.size() <= 80);
  }
}

TEST_SUITE("tool") {
  TEST_CASE("isolate: each step changes its line and no other") {
    NEEDS_USER_NAMESPACES();
    check_steps(User::caller);
  }

  TEST_CASE("isolate: for a normal user too [root]") {
    SKIP_UNLESS(is_root(), "becoming another user needs root");
    check_steps(User::nobody);
  }

  TEST_CASE("isolate: without a terminal it tells all steps, with --step one") {
    NEEDS_USER_NAMESPACES();
    const Outcome all = run({built("bin/lab"), "isolate"});
    CHECK(all.status == 0);
    CHECK(marked(all.out) == course::kStages.size());  // step 0 changes none, 5 changes two
    const Outcome one = run({built("bin/lab"), "isolate", "--step", "7"});
    CHECK(one.out.starts_with("7 of 9  net"));
    CHECK(marked(one.out) == 1);
    const Outcome none = run({built("bin/lab"), "isolate", "--step", "10"});
    CHECK(none.status == 2);
    CHECK(none.err == "lab: there is no step 10; they are 0 to 9\n");
  }

  TEST_CASE("isolate: on a terminal each step waits for Enter") {
    NEEDS_USER_NAMESPACES();
    Typist typist({built("bin/lab"), "isolate"}, {});
    CHECK(marked(typist.wait_for("Enter: one isolation more")) == 0);
    typist.type("\r");
    CHECK(typist.wait_for("Enter: one isolation more").find("1 of 9  chroot") != std::string::npos);
    typist.type("\x04");  // Ctrl-D: the end of the input
    CHECK(typist.status() == 0);
  }
}

}  // namespace
}  // namespace toolkit::test
