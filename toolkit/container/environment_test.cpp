#include "toolkit/container/environment.hpp"

#include <algorithm>
#include <stdexcept>

#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file

TEST_SUITE("unit") {
  TEST_CASE("environment: a command finds PATH HOSTNAME and HOME") {
    const Environment made = make_environment({.hostname = "box", .home = "/root"});
    CHECK(made == Environment{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                              "HOSTNAME=box", "HOME=/root"});
  }

  TEST_CASE("environment: TERM is set with a terminal alone") {
    const Environment made = make_environment({.terminal = true});
    CHECK(variable(made, "TERM") == "xterm");
    CHECK_FALSE(variable(make_environment({}), "TERM"));
  }

  TEST_CASE("environment: the image replaces and the command line replaces the image") {
    const Environment made = make_environment({.image = {"PATH=/image", "A=image", "B=image"},
                                               .assignments = {"A=given", "HOSTNAME=mine"},
                                               .hostname = "box"});
    CHECK(variable(made, "PATH") == "/image");
    CHECK(variable(made, "A") == "given");
    CHECK(variable(made, "B") == "image");
    CHECK(variable(made, "HOSTNAME") == "mine");
  }

  TEST_CASE("environment: a HOME that somebody set stays") {
    const auto homes = [](const Environment& environment) {
      return std::count_if(environment.begin(), environment.end(),
                           [](const std::string& entry) { return entry.starts_with("HOME="); });
    };
    const Environment of_image = make_environment({.image = {"HOME=/img"}, .home = "/root"});
    CHECK(variable(of_image, "HOME") == "/img");
    CHECK(homes(of_image) == 1);
    const Environment empty = make_environment({.assignments = {"HOME="}, .home = "/root"});
    CHECK(variable(empty, "HOME") == "");
    CHECK(homes(empty) == 1);
  }

  TEST_CASE("environment: a name is there once and keeps its place") {
    Environment environment = {"A=1", "AB=2"};
    set_variable(environment, "A=3");
    set_variable(environment, "C=4");
    CHECK(environment == Environment{"A=3", "AB=2", "C=4"});
  }

  TEST_CASE("environment: a name is not found by its beginning") {
    const Environment environment = {"AB=2", "EMPTY="};
    CHECK_FALSE(variable(environment, "A"));
    CHECK_FALSE(variable(environment, "AB=2"));
    CHECK(variable(environment, "EMPTY") == "");
  }

  TEST_CASE("environment: a name alone takes the caller's value or is dropped") {
    const Environment caller = {"HERE=there", "VOID="};
    CHECK(resolve_assignment("HERE", caller) == "HERE=there");
    CHECK(resolve_assignment("VOID", caller) == "VOID=");
    CHECK_FALSE(resolve_assignment("MISSING", caller));
    CHECK(resolve_assignment("HERE=", caller) == "HERE=");
    CHECK(resolve_assignment("A=b=c", caller) == "A=b=c");
  }

  TEST_CASE("environment: a name that is empty or has a blank is refused") {
    CHECK_THROWS_AS(resolve_assignment("", {}), std::runtime_error);
    CHECK_THROWS_AS(resolve_assignment("=x", {}), std::runtime_error);
    CHECK_THROWS_WITH_AS(resolve_assignment("a b=x", {}),
                         "'a b=x' is no variable: write NAME=VALUE or NAME", std::runtime_error);
    CHECK_NOTHROW(resolve_assignment("a=b c", {}));
  }

  TEST_CASE("environment: an env-file has a variable a line") {
    CHECK(parse_env_file("A=1\n\n# no\n  B=2 \nC\r\n   \t\n#D=4") ==
          std::vector<std::string>{"A=1", "B=2 ", "C"});
    CHECK(parse_env_file("A=#1\n") == std::vector<std::string>{"A=#1"});
    CHECK(parse_env_file("").empty());
  }
}
