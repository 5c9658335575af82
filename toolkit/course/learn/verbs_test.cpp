// The verbs of those who learn, as they are typed.
#include "toolkit/course/learn/test_clone.hpp"

namespace toolkit::test {
namespace {

const char* const kPasses = "#!/bin/sh\necho 01.1 01.2\n";
const char* const kDry = "#!/bin/sh\necho nothing\n";

/// A checker that lists its check, and breaks when it should run it.
const char* const kBroken = R"(#!/bin/bash
for report; do :; done
case "$*" in
  *--list*) echo '{"id": "01.1", "title": "step", "points": 1, "needs": [], "verdict": "INFRA"}' >&$report ;;
  *) echo no memory; exit 3 ;;
esac
)";

/// A checker that writes down how it was started.
const char* const kTellsItsWords = R"(#!/bin/bash
for report; do :; done
echo "$*" >"${0%/*}/words"
echo '{"id": "02.1", "title": "step", "points": 1, "needs": [], "verdict": "PASS"}' >&$report
)";

TEST_SUITE("tool") {
  TEST_CASE("check: a failure is told with its first hint, and the result is 1") {
    const Clone clone;
    const Outcome outcome = clone.lab({"check", "01"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "");
    CHECK(has(outcome.out, "01 cask · staves and water"));
    CHECK(has(outcome.out, "  ✓ 01.1  step 01.1\n  ✗ 01.2  step 01.2\n"));
    CHECK(has(outcome.out, "  did       cask x\n  seen      nothing\n  hint 1/3  Look below.\n"));
    CHECK(has(outcome.out, "  1 of 2 steps · "));
  }

  TEST_CASE("check: a step that waits says for what") {
    const Clone clone;
    clone.file("labs/01-cask/cask.cpp", kDry);
    const Outcome outcome = clone.lab({"check", "01"});
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out,
              "  · 01.2  step 01.2                                               "
              "waits for 01.1\n"));
  }

  TEST_CASE("check: all passed is 0, and what passed is kept") {
    const Clone clone;
    clone.file("labs/01-cask/cask.cpp", kPasses);
    const Outcome outcome = clone.lab({"check", "01"});
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, "  now       Your program holds water.\n"));
    CHECK(has(outcome.out, "  2 of 2 steps · "));
    CHECK(clone.has(".lab/01-cask"));
  }

  TEST_CASE("check: --explain asks the checker for the call") {
    const Clone clone;
    CHECK(has(clone.lab({"check", "01", "--explain"}).out,
              "  call      puts(1) = -1 EBADF\n            1 is closed\n"));
  }

  TEST_CASE("check: a checker gets the programs of other labs that it names, as they passed") {
    const Clone clone;
    clone.file("labs/02-hoop/lab.yaml",
               clone.read("labs/02-hoop/lab.yaml") + "beside: [01-cask]\n");
    clone.file("labs/02-hoop/hoop.cpp", kDry);
    clone.file("labs/02-hoop/hints.md", "");
    clone.file("build/labs/flags/02-hoop.json", clone.read("build/labs/flags/01-cask.json"));
    clone.program("build/checks/02-hoop", kTellsItsWords);
    static_cast<void>(clone.lab({"check", "02"}));
    CHECK(has(clone.read("build/checks/words"), "--subject"));
    CHECK_FALSE(has(clone.read("build/checks/words"), "--beside"));
    clone.file("labs/01-cask/cask.cpp", kPasses);
    static_cast<void>(clone.lab({"check", "01"}));
    clone.file("labs/01-cask/cask.cpp", kDry);
    static_cast<void>(clone.lab({"check", "02"}));
    CHECK(
        has(clone.read("build/checks/words"), "--beside cask=" + clone.at("build/beside/01-cask")));
    CHECK(clone.read("build/beside/01-cask") == kPasses);
  }

  TEST_CASE("check: --json is a line a check") {
    const Clone clone;
    const Outcome outcome = clone.lab({"check", "01", "--json"});
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out, R"("id":"01.1")"));
    CHECK(has(outcome.out, R"("verdict":"FAIL")"));
    CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 2);
  }

  TEST_CASE("check: a program that does not compile is one failure with its line") {
    const Clone clone;
    clone.file("labs/01-cask/cask.cpp", "int main() {\n  ERROR\n}\n");
    const Outcome outcome = clone.lab({"check", "01"});
    CHECK(outcome.status == 1);
    CHECK(
        has(outcome.out,
            "  labs/01-cask/cask.cpp:2: 'ERROR' was not declared in this scope\n    2 | ERROR\n"));
    const Outcome data = clone.lab({"check", "01", "--json"});
    CHECK(data.status == 1);
    CHECK(has(data.out, R"("verdict":"FAIL")"));
    CHECK(has(data.out, R"(cask.cpp:2\nERROR)"));
    CHECK(has(data.out, R"("hint":"compile")"));
  }

  TEST_CASE("check: a program that is missing is named, with what brings it back") {
    const Clone clone;
    std::filesystem::remove(clone.at("labs/01-cask/cask.cpp"));
    const Outcome outcome = clone.lab({"check", "01"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err ==
          "lab: labs/01-cask/cask.cpp is missing; ./lab reset 01 puts the starter there\n");
  }

  TEST_CASE("check: a checker that breaks is not the learner's fault") {
    const Clone clone;
    clone.program("build/checks/01-cask", kBroken);
    const Outcome outcome = clone.lab({"check", "01"});
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out, "  ! 01.1  step"));
    CHECK(has(outcome.out, "This is not your program's fault"));
    CHECK(has(outcome.out, "no memory"));
  }

  TEST_CASE("check: a locale without UTF-8 gets ASCII") {
    const Clone clone;
    const Outcome outcome = clone.lab({"check", "01"}, {"LC_ALL=C"});
    for (const char c : outcome.out) CHECK(static_cast<unsigned char>(c) < 0x80);
    CHECK(has(outcome.out, "  x 01.2  step 01.2"));
  }

  TEST_CASE("check: words that are not known are a wrong usage") {
    const Clone clone;
    CHECK(clone.lab({"check", "01", "--explian"}).status == 2);
    CHECK(clone.lab({"check", "01", "02"}).status == 2);
    CHECK(clone.lab({"check", "03"}).status == 2);
    CHECK(clone.lab({"check"}).status == 2);
  }

  TEST_CASE("hint: climbs the ladder of the step that failed, and stays on its last rung") {
    const Clone clone;
    static_cast<void>(clone.lab({"check", "01"}));
    const Outcome second = clone.lab({"hint", "01"});
    CHECK(second.status == 0);
    CHECK(has(second.out, "01.2  step 01.2\n  hint 2/3  Wood swells.\n"));
    CHECK(has(clone.lab({"hint", "01"}).out, "  hint 3/3  Call puts with 01.2.\n"));
    CHECK(has(clone.lab({"hint", "01"}).out, "  hint 3/3  Call puts with 01.2.\n"));
    CHECK(has(clone.lab({"check", "01"}).out, "  hint 3/3  Call puts with 01.2.\n"));
    CHECK(has(clone.read(".lab/progress.json"), "\"leaks\": 3"));
  }

  TEST_CASE("hint: a program that does not compile has a ladder, and no call to explain") {
    const Clone clone;
    clone.file("labs/01-cask/cask.cpp", "ERROR\n");
    CHECK(has(clone.lab({"check", "01"}).out, "  hint 1/3  Read it.\n"));
    const Outcome second = clone.lab({"hint", "01"});
    CHECK(has(second.out, "  hint 2/3  Which header?\n            next hint: ./lab hint 01\n"));
    CHECK(!has(second.out, "--explain"));
  }

  TEST_CASE("hint: the rungs of what is not started count for each step anew") {
    const Clone clone;
    clone.file("labs/hints.md", "## not-started\n1. First.\n2. Second.\n3. Third.\n");
    std::string checker = clone.read("build/checks/01-cask");
    for (const std::string hint : {"empty", "leaks"}) {
      checker.replace(checker.find("\\\"" + hint) + 2, hint.size(), "not-started");
    }
    clone.program("build/checks/01-cask", checker);
    clone.file("labs/01-cask/cask.cpp", kDry);
    CHECK(has(clone.lab({"check", "01"}).out, "hint 1/3  First."));
    CHECK(has(clone.lab({"hint", "01"}).out, "hint 2/3  Second."));
    clone.file("labs/01-cask/cask.cpp", "#!/bin/sh\necho 01.1\n");
    CHECK(has(clone.lab({"check", "01"}).out, "hint 1/3  First."));
  }

  TEST_CASE("check: where nothing can be kept, it is one line with what to do") {
    const Clone clone;
    clone.file("file", "");
    clone.file(".lab", "");
    const Outcome outcome = clone.lab({"check", "01"}, {"XDG_STATE_HOME=" + clone.at("file")});
    CHECK(outcome.status == 1);
    CHECK(has(outcome.err, "lab: your progress can't be kept in "));
    CHECK(has(outcome.err, "XDG_STATE_HOME=DIR ./lab check\n"));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }

  TEST_CASE("run: arguments of the program that stand before -- are told where they belong") {
    const Clone clone;
    const Outcome outcome = clone.lab({"run", "01", "--hostname", "x", "--", "true"});
    CHECK(outcome.status == 2);
    CHECK(outcome.err ==
          "lab: run: your program's arguments stand behind --: ./lab run 01 -- --hostname …\n");
    CHECK(has(clone.lab({"run", "01", "--kep"}).err, "did you mean '--keep'"));
  }

  TEST_CASE("hint: before the first check there is nothing to hint at") {
    const Clone clone;
    const Outcome outcome = clone.lab({"hint", "01"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "lab: 01-cask was not checked yet; ./lab check 01 says what to hint at\n");
  }

  TEST_CASE("hint: when no step failed, and when no ladder answers") {
    const Clone clone;
    clone.file("labs/01-cask/cask.cpp", kDry);
    static_cast<void>(clone.lab({"check", "01"}));
    CHECK(has(clone.lab({"hint", "01"}).out, "no hint answers what was seen at 01.1"));
    clone.file("labs/01-cask/cask.cpp", kPasses);
    static_cast<void>(clone.lab({"check", "01"}));
    CHECK(has(clone.lab({"hint", "01"}).out, "no step failed"));
  }

  TEST_CASE("diff: is refused before all passed, shown after") {
    const Clone clone;
    static_cast<void>(clone.lab({"check", "01"}));
    const Outcome refused = clone.lab({"diff", "01"});
    CHECK(refused.status == 1);
    CHECK(refused.out.empty());
    CHECK(has(refused.err, "01-cask has not passed yet"));
    clone.file("labs/01-cask/cask.cpp", kPasses);
    static_cast<void>(clone.lab({"check", "01"}));
    const Outcome shown = clone.lab({"diff", "01"});
    CHECK(shown.status == 0);
    CHECK(has(shown.out, "--- labs/01-cask/cask.cpp\n+++ solutions/01-cask/cask.cpp\n"));
    CHECK(has(shown.out, "-echo 01.1 01.2\n"));
    CHECK(has(shown.out, "walk-through is solutions/01-cask/README.md"));
  }

  TEST_CASE("diff: giving up shows the solution from then on, and is noted") {
    const Clone clone;
    CHECK(clone.lab({"diff", "01", "--give-up"}).status == 0);
    CHECK(has(clone.read(".lab/progress.json"), "\"given_up\": true"));
    CHECK(clone.lab({"diff", "01"}).status == 0);
  }

  TEST_CASE("diff: a clone without solutions says so, and notes nothing") {
    const Clone clone;
    std::filesystem::remove_all(clone.at("solutions"));
    const Outcome outcome = clone.lab({"diff", "01", "--give-up"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "lab: solutions/01-cask/cask.cpp is not in this clone\n");
    CHECK(!clone.has(".lab"));
  }

  TEST_CASE("reset: keeps a copy, tells where, and puts the starter back") {
    const Clone clone;
    const Outcome outcome = clone.lab({"reset", "01"});
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, "your version is kept in .lab/01-cask/before-reset-"));
    CHECK(has(outcome.out, "labs/01-cask/cask.cpp is the starter again\n"));
    CHECK(has(clone.read("labs/01-cask/cask.cpp"), "toolkit::todo(\"01.1\");"));
    const std::string from = outcome.out.substr(outcome.out.find(".lab/"));
    CHECK(clone.read(from.substr(0, from.find('\n')) + "/cask.cpp") == "#!/bin/sh\necho 01.1\n");
    CHECK(clone.lab({"reset", "01"}).out == "labs/01-cask is the starter already\n");
  }

  TEST_CASE("reset: brings back a file that was deleted") {
    const Clone clone;
    std::filesystem::remove(clone.at("labs/01-cask/cask.cpp"));
    CHECK(clone.lab({"reset", "01"}).status == 0);
    CHECK(clone.has("labs/01-cask/cask.cpp"));
  }

  TEST_CASE("lab: alone it is the map, which grows with what passed") {
    const Clone clone;
    const Outcome first = clone.lab({});
    CHECK(first.status == 0);
    CHECK(has(first.out, "0 of 2 labs passed. You are at 01 cask.\nnext:  ./lab read 01\n"));
    static_cast<void>(clone.lab({"check", "01"}));
    CHECK(has(clone.lab({}).out, "next:  ./lab check 01\n"));
    clone.file("labs/01-cask/cask.cpp", kPasses);
    static_cast<void>(clone.lab({"check", "01"}));
    CHECK(has(clone.lab({}).out, "   ✓ 01 cask"));
    CHECK(
        has(clone.lab({}).out, "1 of 2 labs passed. You are at 02 hoop.\nnext:  ./lab read 02\n"));
  }

  TEST_CASE("lab: a track is a part of the map") {
    const Clone clone;
    CHECK(!has(clone.lab({"--track", "evening"}).out, "02 hoop"));
    const Outcome unknown = clone.lab({"--track", "night"});
    CHECK(unknown.status == 2);
    CHECK(unknown.err == "lab: no track 'night'; known are: evening\n");
  }

  TEST_CASE("next: names the lab and what to type") {
    const Clone clone;
    CHECK(has(clone.lab({"next"}).out, "01 cask · staves and water"));
    CHECK(has(clone.lab({"next"}).out, "\n  ./lab read 01\n"));
  }
}

}  // namespace
}  // namespace toolkit::test
