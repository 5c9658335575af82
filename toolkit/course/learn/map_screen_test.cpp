#include "toolkit/course/learn/map_screen.hpp"

#include <doctest/doctest.h>

#include "toolkit/course/screen/characters.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

Lab lab(const std::string& name, const std::string& title, const std::string& milestone = {}) {
  Lab made;
  made.number = name.substr(0, 2);
  made.name = name;
  made.title = title;
  made.milestone = milestone;
  made.minutes = 30;
  return made;
}

Catalogue four() {
  return {.labs = {lab("00-process", "a command of your own"),
                   lab("01-chroot", "another root directory"),
                   lab("03-pivot-root", "a new root", "a root one can't leave"),
                   lab("04-uts", "a host name of its own")},
          .parts = {{.letter = 'A',
                     .title = "a process and its root",
                     .labs = {"00-process", "01-chroot", "03-pivot-root"}},
                    {.letter = 'B', .title = "namespaces", .labs = {"04-uts"}}},
          .tracks = {{.name = "evening", .title = "an evening", .labs = {"00-process", "04-uts"}}}};
}

const std::vector<LabStanding> kHalfWay = {
    {.lab = "00-process", .passed = 5, .steps = 5, .done = true},
    {.lab = "01-chroot", .passed = 2, .steps = 6}};

std::string map_of(const std::vector<LabStanding>& standings, const std::string& last,
                   const Look& look = {}) {
  const Catalogue catalogue = four();
  return render_map(catalogue, standings, where_to_go(catalogue, standings, last), nullptr, look);
}

std::string next_of(const std::vector<LabStanding>& standings, const std::string& last) {
  const Catalogue catalogue = four();
  return render_next(catalogue, standings, where_to_go(catalogue, standings, last), {});
}

std::string goes_to(const std::vector<LabStanding>& standings, const std::string& last) {
  const Catalogue catalogue = four();
  const Lab* found = where_to_go(catalogue, standings, last);
  return found == nullptr ? "nowhere" : found->name;
}

TEST_SUITE("unit") {
  TEST_CASE("map: parts, what is done, where one is, what to type") {
    CHECK(map_of(kHalfWay, "01-chroot") == R"(
Cooperage: build Linux containers by hand

A  a process and its root
   ✓ 00 process        a command of your own                              5 of 5
   › 01 chroot         another root directory                             2 of 6
   · 03 pivot-root     a new root
                       milestone: a root one can't leave
B  namespaces
   · 04 uts            a host name of its own

1 of 4 labs passed. You are at 01 chroot.
next:  ./lab check 01
more:  ./lab help
)" + 1);
  }

  TEST_CASE("map: a milestone that is a lab's title is told once") {
    Catalogue catalogue = four();
    catalogue.labs[2].title = catalogue.labs[2].milestone;
    const std::string text = render_map(catalogue, {}, nullptr, nullptr, {});
    CHECK(text.find("03 pivot-root     a root one can't leave (milestone)\nB ") !=
          std::string::npos);
  }

  TEST_CASE("map: where steps were skipped, a lab has a sign of its own, and what to type") {
    const std::string text = map_of({{.lab = "00-process",
                                      .passed = 4,
                                      .steps = 5,
                                      .done = true,
                                      .rest = "sudo ./lab check 00"}},
                                    "00-process");
    CHECK(text.find(
              "   – 00 process        a command of your own                              4 of 5\n"
              "                       the rest needs root: sudo ./lab check 00\n") !=
          std::string::npos);
    CHECK(text.find("0 of 4 labs passed. You are at 01 chroot.") != std::string::npos);
  }

  TEST_CASE("map: four labs are one screen") {
    CHECK(lines(map_of(kHalfWay, "01-chroot")).size() <= 24);
  }

  TEST_CASE("map: nothing is wider than the screen") {
    for (const std::string_view line : lines(map_of(kHalfWay, "01-chroot", {.width = 60}))) {
      CHECK(columns(line) <= 60);
    }
  }

  TEST_CASE("map: who comes first is sent to the first guide") {
    const std::string text = map_of({}, "");
    CHECK(text.find("0 of 4 labs passed. You are at 00 process.") != std::string::npos);
    CHECK(text.find("next:  ./lab read 00\n") != std::string::npos);
  }

  TEST_CASE("map: a track has its labs only, and the parts that have some") {
    const Catalogue catalogue = four();
    const std::string text =
        render_map(catalogue, {}, &catalogue.labs[0], &catalogue.tracks[0], {});
    CHECK(text.find("track: an evening") != std::string::npos);
    CHECK(text.find("04 uts") != std::string::npos);
    CHECK(text.find("01 chroot") == std::string::npos);
    CHECK(text.find("0 of 2 labs passed.") != std::string::npos);
  }

  TEST_CASE("map: a terminal without UTF-8 gets ASCII") {
    const std::string text = map_of(kHalfWay, "01-chroot", {.charset = Charset::ascii});
    CHECK(text.find("   + 00 process") != std::string::npos);
    CHECK(text.find("   > 01 chroot") != std::string::npos);
    CHECK(text.find("   . 03 pivot-root") != std::string::npos);
  }

  TEST_CASE("map: one goes on where one was, then behind it, then where something was left out") {
    CHECK(goes_to(kHalfWay, "01-chroot") == "01-chroot");
    CHECK(goes_to(kHalfWay, "") == "01-chroot");
    CHECK(goes_to({{.lab = "03-pivot-root", .done = true}}, "03-pivot-root") == "04-uts");
    CHECK(goes_to({{.lab = "04-uts", .done = true}}, "04-uts") == "00-process");
    CHECK(goes_to({{.lab = "00-process", .done = true},
                   {.lab = "01-chroot", .done = true},
                   {.lab = "03-pivot-root", .done = true},
                   {.lab = "04-uts", .done = true}},
                  "04-uts") == "nowhere");
  }

  TEST_CASE("next: the lab, how far one is, what to type") {
    CHECK(next_of(kHalfWay, "01-chroot") == R"(
01 chroot · another root directory                              about 30 minutes
  2 of 6 steps passed so far.

  ./lab check 01
)" + 1);
    CHECK(next_of({}, "").find("\n  ./lab read 00\n") != std::string::npos);
  }

  TEST_CASE("next: what it builds on and was not passed is said") {
    Catalogue catalogue = four();
    catalogue.labs[3].prerequisites = {"00-process", "01-chroot"};
    const std::string text = render_next(catalogue, kHalfWay, &catalogue.labs[3], {});
    CHECK(text.find("It builds on 01 chroot, which you have not passed.") != std::string::npos);
  }

  TEST_CASE("next: after the last lab there is none") {
    CHECK(render_next(four(), {}, nullptr, {}) == "All labs are passed. There is no next one.\n");
  }
}

}  // namespace
}  // namespace toolkit::course
