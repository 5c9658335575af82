#include "toolkit/course/hints.hpp"

#include <stdexcept>

#include "toolkit/test/test.hpp"

using toolkit::course::find_ladder;
using toolkit::course::parse_hints;
using toolkit::course::read_hints;

namespace {

constexpr std::string_view kHints = R"(# Hints

Each ladder has three rungs.

## same-namespace

1. Look at the inode
   of /proc/PID/ns/uts.
2. The concept.
3. unshare takes CLONE_NEWUTS.

## host-renamed
1. one
2. two
3. three
)";

std::string fault(std::string_view markdown) {
  try {
    static_cast<void>(parse_hints(markdown, "hints.md"));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("hints: a ladder is an id and three rungs") {
    const auto ladders = parse_hints(kHints, "hints.md");
    REQUIRE(ladders.size() == 2);
    CHECK(ladders[0].id == "same-namespace");
    CHECK(ladders[0].rungs[0] == "Look at the inode of /proc/PID/ns/uts.");
    CHECK(ladders[0].rungs[2] == "unshare takes CLONE_NEWUTS.");
    CHECK(ladders[1].rungs[1] == "two");
  }

  TEST_CASE("hints: a file without a ladder has none") {
    CHECK(parse_hints("", "hints.md").empty());
    CHECK(parse_hints("# Hints\n\nwords\n", "hints.md").empty());
  }

  TEST_CASE("hints: a ladder with more or fewer rungs is told with its line") {
    CHECK(fault("## a\n1. x\n2. y\n") == "hints.md:3: 'a' has 2 rungs, not 3");
    CHECK(fault("## a\n1. x\n2. y\n\n## b\n") == "hints.md:5: 'a' has 2 rungs, not 3");
    CHECK(fault("## a\n") == "hints.md:1: 'a' has 0 rungs, not 3");
    CHECK(fault("## a\n1. x\n2. y\n3. z\n4. q\n") ==
          "hints.md:5: the rungs of a ladder are 1., 2. and 3.");
    CHECK(fault("## a\n1. x\n3. y\n") == "hints.md:3: the rungs of a ladder are 1., 2. and 3.");
  }

  TEST_CASE("hints: other text below an id, and an id given twice, are told") {
    CHECK(fault("## a\nwords\n") == "hints.md:2: a ladder is '## id' and a numbered list of three");
    CHECK(fault("## a\n1. x\n2. y\n3. z\n## a\n") == "hints.md:5: a second 'a'");
  }

  TEST_CASE("hints: the lab's own ladder comes before the common one") {
    const toolkit::test::TempDir clone;
    clone.file("labs/hints.md", "## hangs\n1. a\n2. b\n3. c\n## crashed\n1. d\n2. e\n3. f\n");
    clone.file("labs/04-uts/hints.md", "## hangs\n1. own\n2. b\n3. c\n");
    const auto ladders = read_hints(clone.path(), "labs/04-uts");
    REQUIRE(ladders.size() == 2);
    CHECK(find_ladder(ladders, "hangs")->rungs[0] == "own");
    CHECK(find_ladder(ladders, "crashed")->rungs[0] == "d");
    CHECK(find_ladder(ladders, "none") == nullptr);
  }
}
