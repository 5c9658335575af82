// What `lab check --explain` tells of each failure that docs/errors.md knows. A program meets it under the
// checker's eyes, so the kernel's answer is read from the call as it was followed.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "toolkit/check/report.hpp"
#include "toolkit/kernel/advice.hpp"
#include "toolkit/kernel/test_causes.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

/// The rows that no program meets on a checker's machine, and why.
const std::map<std::string, std::string>& unmet() {
  static const std::map<std::string, std::string> kAll = {
      {"write cgroup.procs ENOSPC", "a machine shows control groups read-only"},
      {"write cgroup.procs EBUSY", "a machine shows control groups read-only"},
  };
  return kAll;
}

/// What the checker tells of a program that ends early, by --explain.
std::vector<std::string> explained(const std::string& program, const std::string& name) {
  const test::Outcome outcome =
      test::run({test::built("tests/check_sample"), "--subject", test::built(program), "--name",
                 name, "--probe", test::built("libexec/cooperage/probe"), "--report", "1", "--only",
                 "90.1", "--explain"});
  CAPTURE(outcome.err);
  const std::vector<std::string_view> report = lines(outcome.out);
  REQUIRE(report.size() == 1);
  const Result result = result_from_json(report.front());
  CHECK(result.verdict == Verdict::fail);
  return result.explained;
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("explain: each failure that has a row is told with it [root]") {
    SKIP_UNLESS(test::is_root(), "a machine of root's has ids to give up");
    for (const Advice& known : all_advice()) {
      const std::string name = test::name_of(known);
      if (unmet().contains(name)) continue;
      CAPTURE(name);
      const std::vector<std::string> told = explained("tests/failing", name);
      CHECK(told.size() > 2);
      if (told.size() < 3) continue;
      CAPTURE(told[0]);
      CHECK(told[0].ends_with(" = -1 " + test::error_name(known.error)));
      CHECK(told[1] == known.text);
    }
  }

  TEST_CASE("explain: each run of the program stands below its command line [root]") {
    SKIP_UNLESS(test::is_root(), "a machine of root's");
    const auto told = explained("tests/failing", "chdir ENOENT");
    const auto title = std::find_if(told.begin(), told.end(), [](const std::string& line) {
      return line.starts_with("what your program asked");
    });
    REQUIRE(told.end() - title > 2);
    CHECK((title + 1)->starts_with("  chdir ENOENT --hostname "));
    CHECK((title + 2)->starts_with("  program  "));
  }

  TEST_CASE("explain: a call that did less than it says is told, unless it was made good [root]") {
    SKIP_UNLESS(test::is_root(), "a machine of root's");
    const auto told = explained("tests/failing", "bind MS_RDONLY");
    const auto text = std::find(told.begin(), told.end(), all_silences().front().text);
    REQUIRE(text != told.end());
    REQUIRE(text != told.begin());
    CHECK(*(text - 1) == R"(mount("/w", "/w", NULL, MS_RDONLY|MS_BIND, NULL) = 0)");
    const auto mended = explained("tests/failing", "bind and remount MS_RDONLY");
    CHECK(std::find(mended.begin(), mended.end(), all_silences().front().text) == mended.end());
  }

  TEST_CASE("explain: what no program meets here is a row") {
    std::map<std::string, std::string> rest = unmet();
    for (const Advice& known : all_advice()) rest.erase(test::name_of(known));
    CHECK(rest.empty());
  }
}

}  // namespace toolkit::checks
