#include "toolkit/course/lines_of.hpp"

#include <doctest/doctest.h>

#include "toolkit/kernel/error.hpp"

using namespace toolkit::course;  // NOLINT

namespace {

std::vector<std::string> collect(const std::vector<std::string>& command) {
  std::vector<std::string> found;
  lines_of(command, [&](std::string_view line) { found.emplace_back(line); });
  return found;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("lines_of: each line is handed on without its end") {
    CHECK(collect({"printf", "a\\n\\nb\\n"}) == std::vector<std::string>{"a", "", "b"});
  }

  TEST_CASE("lines_of: a last line without an end counts") {
    CHECK(collect({"printf", "a\\nb"}) == std::vector<std::string>{"a", "b"});
  }

  TEST_CASE("lines_of: a line longer than any buffer stays one") {
    const auto found = collect({"sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x; echo"});
    REQUIRE(found.size() == 1);
    CHECK(found.front().size() == 100000);
  }

  TEST_CASE("lines_of: what goes to stderr can be had among the lines") {
    std::vector<std::string> found;
    lines_of(
        {"sh", "-c", "echo out; echo err >&2"},
        [&](std::string_view line) { found.emplace_back(line); }, Stderr::among_lines);
    CHECK(found == std::vector<std::string>{"out", "err"});
  }

  TEST_CASE("lines_of: the status is the program's") {
    CHECK(lines_of({"sh", "-c", "exit 7"}, [](std::string_view) {}).code == 7);
  }

  TEST_CASE("lines_of: the program reads nothing from us") { CHECK(collect({"cat"}).empty()); }

  TEST_CASE("lines_of: a program that is not there is an error") {
    CHECK_THROWS_AS(collect({"/no/such/program"}), toolkit::SystemError);
  }
}
