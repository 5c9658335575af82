// The program `lab`, as it is typed.
#include "toolkit/test/test.hpp"

using toolkit::test::built;
using toolkit::test::Outcome;
using toolkit::test::run;
using toolkit::test::TempDir;

namespace {

Outcome lab(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), built("bin/lab"));
  return run(arguments);
}

/// A tree with its own copy of `lab` and these tests, in ctest's language.
struct Tree {
  explicit Tree(const std::string& tests) {
    scratch.file("a tree/CTestTestfile.cmake", tests);
    std::filesystem::create_directories(scratch.at("a tree/bin"));
    std::filesystem::copy_file(built("bin/lab"), scratch.at("a tree/bin/lab"));
  }
  [[nodiscard]] Outcome test(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), {scratch.at("a tree/bin/lab"), "test"});
    return run(arguments);
  }
  TempDir scratch;
};

/// The line that a run of the tests closes with.
std::string last_line(const std::string& text) {
  if (text.empty()) return {};
  const std::size_t end = text.size() - 1;
  const std::size_t before = text.rfind('\n', end - 1);
  return text.substr(before == std::string::npos ? 0 : before + 1, end - before - 1);
}

const char* const kMixed = R"(
add_test(good true)
add_test("bad one" sh -c "echo what went wrong; exit 3")
add_test(left sh -c "echo 'SKIPPED: no overlay here'")
set_tests_properties(left PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED: ")
add_test(absent /no/such/program)
add_test(hours true)
set_tests_properties(hours PROPERTIES LABELS "long")
)";

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("lab: help tells the verbs") {
    const Outcome outcome = lab({"help"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out.find("./lab test") != std::string::npos);
    CHECK(outcome.out.find("./lab clean") != std::string::npos);
  }

  TEST_CASE("lab: the verbs of the course take a lab, and name one that is not there") {
    CHECK(lab({"list"}).status == 0);
    CHECK(lab({"list", "--json"}).out.starts_with("{"));
    for (const char* verb : {"verify", "mutants", "derive"}) {
      CAPTURE(verb);
      const Outcome outcome = lab({verb, "04-utz"});
      CHECK(outcome.status == 2);
      CHECK(outcome.err == "lab: no lab '04-utz'; did you mean '04-uts'?\n");
    }
  }

  TEST_CASE("lab: an unknown verb is one line with the one that was meant") {
    const Outcome outcome = lab({"tets"});
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "lab: no verb 'tets'; did you mean 'test'?\n");
  }

  TEST_CASE("lab: an unknown option is one line with the one that was meant") {
    const Outcome outcome = lab({"test", "--lnog"});
    CHECK(outcome.status == 2);
    CHECK(outcome.err == "lab: test: no argument '--lnog'; did you mean '--long'?\n");
  }

  TEST_CASE("lab: a shell that is unknown to completion is one line") {
    const Outcome outcome = lab({"completion", "tcsh"});
    CHECK(outcome.status == 2);
    CHECK(outcome.err == "lab: completion: SHELL: no shell 'tcsh'\n");
  }

  TEST_CASE("lab: its own completion offers its own verbs") {
    const Outcome outcome =
        run({"bash", "-c",
             lab({"completion", "bash"}).out +
                 "COMP_WORDS=(lab cl) COMP_CWORD=1; _lab; echo \"${COMPREPLY[*]}\""});
    CHECK(outcome.out == "clean\n");
  }

  TEST_CASE("lab test: when all passed the code is 0") {
    const Outcome outcome = Tree("add_test(good true)").test();
    CHECK(outcome.status == 0);
    CHECK(last_line(outcome.out) == "1 passed, 0 failed, 0 skipped");
  }

  TEST_CASE("lab test: what failed and what could not run and what was skipped is told") {
    const Outcome outcome = Tree(kMixed).test();
    CHECK(outcome.status == 1);
    CHECK(outcome.out.find("    what went wrong\n") != std::string::npos);
    CHECK(outcome.out.find("- left: no overlay here\n") != std::string::npos);
    CHECK(outcome.out.find("    not run: Unable to find executable\n") != std::string::npos);
    CHECK(last_line(outcome.out) == "1 passed, 2 failed, 1 skipped");
    CHECK(outcome.err.empty());
  }

  TEST_CASE("lab test: a time-out is called one") {
    const Outcome outcome = Tree(
                                "add_test(slow sleep 60)\n"
                                "set_tests_properties(slow PROPERTIES TIMEOUT 0.1)")
                                .test();
    CHECK(outcome.status == 1);
    CHECK(outcome.out.find("    Timeout\n") != std::string::npos);
  }

  TEST_CASE("lab test: names choose") {
    const Outcome outcome = Tree(kMixed).test({"good", "left"});
    CHECK(outcome.status == 0);
    CHECK(last_line(outcome.out) == "1 passed, 0 failed, 1 skipped");
  }

  TEST_CASE("lab test: the long tests come when they are asked for") {
    const Outcome outcome = Tree(kMixed).test({"--long"});
    CHECK(last_line(outcome.out) == "2 passed, 2 failed, 1 skipped");
  }

  TEST_CASE("lab test: a name that no test has is an error") {
    const Outcome outcome = Tree(kMixed).test({"nosuch"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "lab: no test is called nosuch\n");
  }

  TEST_CASE("lab test: where no skip is allowed a skip is a failure") {
    const Tree tree(kMixed);
    const Outcome outcome =
        run({"env", "COOPERAGE_REQUIRE=all", tree.scratch.at("a tree/bin/lab"), "test", "left"});
    CHECK(outcome.status == 1);
    CHECK(last_line(outcome.out) == "0 passed, 1 failed, 0 skipped");
  }

  TEST_CASE("lab test: a tree that can only be read is tested all the same") {
    const Tree tree("add_test(good true)");
    const std::filesystem::path root = tree.scratch.at("a tree");
    std::filesystem::permissions(root, std::filesystem::perms(0555));
    const Outcome outcome = tree.test();
    CHECK(outcome.status == 0);
    CHECK(!std::filesystem::exists(root / "Testing"));
    std::filesystem::permissions(root, std::filesystem::perms(0755));
  }
}
