#include "toolkit/course/test_rules.hpp"

#include "toolkit/test/test.hpp"

using toolkit::course::Ladder;
using toolkit::course::Mutant;
using toolkit::test::Faults;
using toolkit::test::hint_faults;
using toolkit::test::hints_given;
using toolkit::test::hints_in;
using toolkit::test::link_faults;
using toolkit::test::mutant_faults;
using toolkit::test::step_faults;
using toolkit::test::TempDir;
using toolkit::test::undefined_names;
using toolkit::test::unused_ladders;
using toolkit::test::words_to_read;

namespace {

using Words = std::vector<std::string>;

Ladder ladder(const std::string& id) { return {.id = id, .rungs = {}}; }

Mutant mutant(const std::string& name, const std::string& caught_by, const std::string& hint) {
  return {.name = name,
          .why = "",
          .file = "",
          .find = "a",
          .replace = "b",
          .caught_by = caught_by,
          .hint = hint};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("rules: the hints that a source names") {
    CHECK(hints_in("#include \"a-b\"\nfail({.seen = \"a - b\", .hint = \"hangs\"});\n"
                   "x(\"pivot-busy\", \"pivot_root\", \"--root\", \"\");\n") ==
          Words{"hangs", "pivot-busy"});
    CHECK(hints_given("f(\"a-b\"); x.hint = \"hangs\"; if (x.hint == \"crashed\")\n") ==
          Words{"hangs"});
  }

  TEST_CASE("rules: hints and ladders belong together, in both directions") {
    const std::vector<Ladder> own = {ladder("pivot-busy"), ladder("by-mutant")};
    const std::vector<Ladder> common = {ladder("hangs")};
    const std::string check = "f(\"pivot-busy\"); x.hint = \"hangs\";";
    CHECK(hint_faults(check, {mutant("m", "03.1", "by-mutant")}, own, common).empty());
    CHECK(hint_faults(check, {}, own, common) == Faults{"hints.md: nothing gives by-mutant"});
    CHECK(hint_faults(check + "g(\"not-there\");", {mutant("m", "03.1", "by-mutant")}, own,
                      common) == Faults{"check.cpp: no ladder for not-there"});
    CHECK(hint_faults(check, {mutant("m", "03.1", "by-mutants")}, own, common) ==
          Faults{"mutants.yaml: m: no ladder for by-mutants", "hints.md: nothing gives by-mutant"});
  }

  TEST_CASE("rules: a ladder for all labs is given by somebody") {
    CHECK(unused_ladders({ladder("hangs"), ladder("crashed")}, {"hint = \"hangs\"", "x"}) ==
          Faults{"labs/hints.md: nothing gives crashed"});
  }

  TEST_CASE("rules: a mutant names a check that is there, and a lab has six of them") {
    std::vector<Mutant> mutants(6, mutant("m", "03.1", "h"));
    CHECK(mutant_faults(mutants, {"03.1a", "03.2"}).empty());
    mutants.pop_back();
    CHECK(mutant_faults(mutants, {"03.1"}) == Faults{"mutants.yaml: 5 mutants, fewer than 6"});
    mutants.push_back(mutant("n", "03.3", "h"));
    CHECK(mutant_faults(mutants, {"03.1"}) == Faults{"mutants.yaml: n: no check 03.3"});
  }

  TEST_CASE("rules: each step has a check, each check a step") {
    CHECK(step_faults({"03.1", "03.2"}, {"03.1", "03.2a", "03.2b"}).empty());
    CHECK(step_faults({"03.1", "03.2"}, {"03.1"}) == Faults{"no check for step 03.2"});
    CHECK(step_faults({"03.1"}, {"03.1", "03.2a"}) == Faults{"no step for check 03.2"});
  }

  TEST_CASE("rules: a link leads to a file") {
    const TempDir folder;
    folder.file("there.md", "");
    const std::string file = folder.file(
        "guide.md",
        "[a](there.md#part) [b](https://x.y/z) [c](#part)\n```\n[d](code)\n```\n[e](gone.md)\n");
    CHECK(link_faults(file) == Faults{"no gone.md"});
  }

  TEST_CASE("rules: the words of a guide are counted without its code") {
    CHECK(words_to_read("# One two\n\nthree, four.\n```\nfive\n```\nsix\n") == 6);
  }

  TEST_CASE("rules: the names that an object does not define") {
    CHECK(undefined_names(
              "                 U fork\n0000 T main\n                 w weak\n\nf.o:\n") ==
          Words{"fork", "weak"});
  }
}
