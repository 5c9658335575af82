#include "toolkit/course/learn/test_clone.hpp"
#include "toolkit/test/terminal.hpp"

namespace toolkit::test {
namespace {

TEST_SUITE("tool") {
  TEST_CASE("read: prints the guide where there is no terminal") {
    const Clone clone;
    const Outcome outcome = clone.lab({"read", "01"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "01 Cask\n═══════\n\nA barrel holds `water`. See words (docs/a.md).\n");
  }

  TEST_CASE("read: a lab is meant by its name, and by being in its folder") {
    const Clone clone;
    CHECK(has(clone.lab({"read", "hoop"}).out, "02 Hoop"));
    std::vector<std::string> inside = clone.command({"read"});
    inside[2] = clone.at("labs/02-hoop");
    CHECK(has(run(inside).out, "02 Hoop"));
  }

  TEST_CASE("read: what quotes the solution is shown once the lab has passed, or when asked for") {
    const Clone clone;
    clone.file("labs/01-cask/README.md",
               "# 01 Cask\n\n```sh\n## no heading\n```\n\n## Promoted to the toolkit\n\n"
               "It calls puts.\n\n## Further\n\nMore.\n");
    const std::string before = clone.lab({"read", "01"}).out;
    CHECK(!has(before, "puts"));
    CHECK(has(before, "no heading"));
    CHECK(has(before, "Promoted to the toolkit"));
    CHECK(has(before, "It is shown once the lab has passed"));
    CHECK(has(before, "./lab read 01 --all"));
    CHECK(has(before, "More."));
    CHECK(has(clone.lab({"read", "01", "--all"}).out, "It calls puts."));
    clone.file("labs/01-cask/cask.cpp", "#!/bin/sh\necho 01.1 01.2\n");
    static_cast<void>(clone.lab({"check", "01"}));
    CHECK(has(clone.lab({"read", "01"}).out, "It calls puts."));
  }

  TEST_CASE("read: who gave up may see the solution") {
    const Clone clone;
    clone.file("labs/01-cask/README.md", "# 01 Cask\n\n## Promoted to the toolkit\n\nputs\n");
    static_cast<void>(clone.lab({"diff", "01", "--give-up"}));
    CHECK(has(clone.lab({"read", "01"}).out, "\nputs\n"));
  }

  TEST_CASE("read: a lab that is not there is one line") {
    const Clone clone;
    const Outcome outcome = clone.lab({"read", "hop"});
    CHECK(outcome.status != 0);
    CHECK(has(outcome.err, "hop"));
    CHECK(outcome.out.empty());
  }

  TEST_CASE("read: a guide that is missing is named") {
    const Clone clone;
    std::filesystem::remove(clone.at("labs/01-cask/README.md"));
    const Outcome outcome = clone.lab({"read", "01"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "lab: 01-cask has no guide: labs/01-cask/README.md is missing\n");
  }

  TEST_CASE("read: a terminal gets it through the reader's pager") {
    const Clone clone;
    Typist typist(clone.command({"read", "01"}, {"PAGER=tr a-z A-Z"}), {.columns = 70});
    const std::string shown = typist.rest();
    CHECK(has(shown, "BARREL"));
    CHECK(has(shown, "\033[36MWATER\033[0M"));
    CHECK(typist.status() == 0);
  }

  TEST_CASE("read: a pager that is not there is no reason to show nothing") {
    const Clone clone;
    Typist typist(clone.command({"read", "01"}, {"PAGER=no-such-pager"}), {});
    CHECK(has(typist.rest(), "barrel"));
    CHECK(typist.status() == 0);
  }

  TEST_CASE("read: who leaves the pager early is not told of a broken pipe") {
    const Clone clone;
    clone.file("labs/01-cask/README.md", std::string(200'000, 'x') + "\n");
    Typist typist(clone.command({"read", "01"}, {"PAGER=true"}), {});
    CHECK(typist.rest().empty());
    CHECK(typist.status() == 0);
  }
}

}  // namespace
}  // namespace toolkit::test
