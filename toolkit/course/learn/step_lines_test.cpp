#include "toolkit/course/learn/step_lines.hpp"

#include <doctest/doctest.h>

#include "toolkit/course/learn/test_clone.hpp"
#include "toolkit/course/learn/test_report.hpp"
#include "toolkit/course/render.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

using checks::Result;
using checks::Verdict;
using test::half_way;
using test::has;
using test::pivot;
using test::result;

std::string shown(const Report& report) { return render_check(pivot(), report, {}); }

TEST_SUITE("unit") {
  TEST_CASE("check screen: what several checks found left is told once, and wrapped") {
    Report report;
    const checks::Leftover left{.what =
                                    "a mount at /w/r7f3a/proc, which nobody needs any more, of "
                                    "the type proc, in the machine's mount namespace",
                                .remedy = "umount /w/r7f3a/proc"};
    report.results = {result("03.1", "a root", Verdict::pass),
                      result("03.2", "another", Verdict::pass)};
    report.results[0].left = {left};
    report.results[1].left = {left};
    CHECK(has(shown(report), R"(
03.1, 03.2  left behind: a mount at /w/r7f3a/proc, which nobody needs any more,
            of the type proc, in the machine's mount namespace
  remedy    umount /w/r7f3a/proc
)"));
  }

  TEST_CASE("check screen: of many left-overs the first are told, and by whom in short") {
    Report report;
    std::vector<checks::Leftover> left;
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      left.push_back({.what = std::string("the mount /") + name, .remedy = "umount"});
      left.push_back({.what = std::string("the link ") + name + " is gone", .remedy = "none"});
    }
    for (const char* id : {"03.1", "03.2", "03.3", "03.4"}) {
      report.results.push_back(result(id, "a root", Verdict::pass));
      report.results.back().left = left;
    }
    CHECK(has(shown(report), R"(
03.1 … 03.4  left behind: the mount /c
  remedy    umount

  … and 2 more left behind

03.1 … 03.4  the link a is gone

03.1 … 03.4  the link b is gone

03.1 … 03.4  the link c is gone

  … and 2 more that are gone

  The machine was thrown away, and this with it. On one of yours it would have
  stayed.
)"));
  }

  TEST_CASE("check screen: a long command line goes on set in") {
    Report report = half_way();
    report.results[2].did =
        "pivot-root --rootfs /w/r7f3a --old-root /w/r7f3a/.old --hostname barrel -- /probe k2x9";
    CHECK(has(shown(report),
              "  did       pivot-root --rootfs /w/r7f3a --old-root /w/r7f3a/.old --hostname\n"
              "              barrel -- /probe k2x9\n"));
  }

  TEST_CASE("check screen: where it would not fit, steps whose checks are alike are one line") {
    Report report = half_way();
    const Result failed = report.results[2];
    report.results.clear();
    for (const char* id : {"03.1a", "03.1b", "03.1c", "03.2a", "03.2b"})
      report.results.push_back(result(id, std::string("title ") + id, Verdict::pass));
    report.results.push_back(failed);
    for (const char* id : {"03.4a", "03.4b", "03.5a", "03.5b", "03.5c"})
      report.results.push_back(result(id, std::string("title ") + id, Verdict::blocked, "03.3"));
    const std::string text = shown(report);
    CHECK(has(text, "\n  ✓ 03.1  title 03.1a "));
    CHECK(has(text, " 3 checks\n  ✓ 03.2  title 03.2a"));
    CHECK(has(text, "\n  · 03.4  title 03.4a"));
    CHECK(!has(text, "03.5b"));
    CHECK(lines(text).size() <= 24);
    CHECK(has(shown(half_way()), "  ✓ 03.1  a mount namespace of its own\n"));
  }

  TEST_CASE("hint screen: of a program that does not compile, it is not a step's") {
    Result failed = result("03.1a", "a root", Verdict::fail);
    for (const char* id : {"compile", "not-linked"}) {
      failed.hint = id;
      failed.seen = "expected ';'";
      CHECK(has(render_hint(pivot(), failed, {.text = "Read it."}, {}),
                "03  your program does not compile\n  hint 1/3  Read it.\n"));
    }
  }
}

}  // namespace
}  // namespace toolkit::course
