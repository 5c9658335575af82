#include "toolkit/course/completion.hpp"

#include "toolkit/test/test.hpp"

using namespace toolkit::course;  // NOLINT
using toolkit::test::run;

namespace {

std::vector<VerbWords> verbs() {
  return {{.name = "demo", .summary = "show a container's insides"},
          {.name = "test", .summary = "run", .words = {"--long", "--no-root"}},
          {.name = "tidy", .summary = "tidy up"}};
}

/// What bash offers after these words.
std::string offered_by_bash(const std::string& words, int at) {
  return run({"bash", "-c",
              completion(Shell::bash, verbs()) + "COMP_WORDS=(" + words +
                  ") COMP_CWORD=" + std::to_string(at) + "; _lab; echo \"${COMPREPLY[*]}\""})
      .out;
}

bool installed(const std::string& program) {
  return run({"sh", "-c", "command -v " + program}).status == 0;
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("completion: bash offers the verbs that begin so") {
    CHECK(offered_by_bash("./lab t", 1) == "test tidy\n");
  }

  TEST_CASE("completion: bash offers the options of the verb") {
    CHECK(offered_by_bash("./lab test --", 2) == "--long --no-root\n");
  }

  TEST_CASE("completion: bash offers nothing where nothing can follow") {
    CHECK(offered_by_bash("./lab demo ''", 2) == "\n");
  }

  TEST_CASE("completion: zsh reads the script") {
    SKIP_UNLESS(installed("zsh"), "zsh is not installed");
    const auto outcome =
        run({"zsh", "-f", "-c", "compdef() { echo $2; }\n" + completion(Shell::zsh, verbs())});
    CHECK(outcome.err.empty());
    CHECK(outcome.out == "lab\n");
  }

  TEST_CASE("completion: fish offers the options of the verb") {
    SKIP_UNLESS(installed("fish"), "fish is not installed");
    const auto outcome = run({"fish", "--no-config", "-c",
                              completion(Shell::fish, verbs()) + "complete -C 'lab test --l'"});
    CHECK(outcome.err.empty());
    CHECK(outcome.out == "--long\n");
  }
}
