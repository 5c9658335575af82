#include "toolkit/course/render.hpp"

#include <doctest/doctest.h>

#include "toolkit/course/learn/test_clone.hpp"
#include "toolkit/course/learn/test_report.hpp"

namespace toolkit::course {
namespace {

using checks::Result;
using checks::Verdict;
using test::half_way;
using test::has;
using test::pivot;
using test::result;

std::string shown(const Report& report, std::size_t width = 80) {
  return render_check(pivot(), report, {.width = width});
}

TEST_SUITE("unit") {
  TEST_CASE("check screen: a failure at eighty columns") {
    CHECK(shown(half_way()) == R"(
03 pivot-root · a root one can't leave                         compiled in 0.6 s

  ✓ 03.1  a mount namespace of its own
  ✓ 03.2  nothing mounted inside reaches the host
  ✗ 03.3  the rootfs becomes the root
  · 03.4  the old root is gone                                    waits for 03.3
  · 03.5  /proc, /sys and /dev are the container's own            waits for 03.3

03.3  the rootfs becomes the root
  did       pivot-root --rootfs /w/r7f3a -- /probe k2x9
  expected  /proc/PID/root of the payload is /w/r7f3a (8:1 inode 52119)
  seen      your program ended before it: exit 125
            pivot_root '/w/r7f3a': Device or resource busy
  evidence  /proc/PID/mountinfo, read at that moment: no line for /w/r7f3a; 29
            is ext4 on /
  hint 1/3  pivot_root wants something of its first argument that this directory
            is not. See NOTES in pivot_root(2).
            next hint: ./lab hint 03   the call itself: ./lab check 03 --explain

  2 of 5 steps · 0.9 s · nothing left behind on this machine
)" + 1);
  }

  TEST_CASE("check screen: the same at sixty columns") {
    CHECK(shown(half_way(), 60) == R"(
03 pivot-root · a root one can't leave     compiled in 0.6 s

  ✓ 03.1  a mount namespace of its own
  ✓ 03.2  nothing mounted inside reaches the host
  ✗ 03.3  the rootfs becomes the root
  · 03.4  the old root is gone                waits for 03.3
  · 03.5  /proc, /sys and /dev are the container's own
                                              waits for 03.3

03.3  the rootfs becomes the root
  did       pivot-root --rootfs /w/r7f3a -- /probe k2x9
  expected  /proc/PID/root of the payload is /w/r7f3a (8:1
            inode 52119)
  seen      your program ended before it: exit 125
            pivot_root '/w/r7f3a': Device or resource busy
  evidence  /proc/PID/mountinfo, read at that moment: no
            line for /w/r7f3a; 29 is ext4 on /
  hint 1/3  pivot_root wants something of its first argument
            that this directory is not. See NOTES in
            pivot_root(2).
            next hint: ./lab hint 03
            the call itself: ./lab check 03 --explain

  2 of 5 steps · 0.9 s · nothing left behind on this machine
)" + 1);
  }

  TEST_CASE("check screen: what --explain tells stands before the hint") {
    Report report = half_way();
    report.results[2].explained = {
        "pivot_root(\"/w/r7f3a\", \"/w/r7f3a/.old\") = -1 EBUSY",
        "new_root must be a mount point. /w/r7f3a is a directory on / (mount 29)."};
    const std::string text = shown(report);
    CHECK(has(text, R"(
            is ext4 on /
  call      pivot_root("/w/r7f3a", "/w/r7f3a/.old") = -1 EBUSY
            new_root must be a mount point. /w/r7f3a is a directory on /
              (mount 29).
  hint 1/3  pivot_root wants)"));
    CHECK(has(text, "            next hint: ./lab hint 03\n"));
    CHECK(!has(text, "--explain"));
  }

  TEST_CASE("check screen: a call that goes on in a second line does not look like two") {
    Report report = half_way();
    report.results[2].explained = {
        "mount(\"proc\", \"/w/r7f3a/proc\", \"proc\", "
        "MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL) = 0",
        "", "exit_group(125)"};
    CHECK(has(shown(report), R"(
  call      mount("proc", "/w/r7f3a/proc", "proc",
              MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL) = 0

            exit_group(125)
)"));
  }

  TEST_CASE("check screen: hints are Markdown") {
    Report report = half_way();
    report.hint = Rung{.text = "See *NOTES* in `man 2 mount`."};
    CHECK(has(shown(report), "  hint 1/3  See NOTES in `man 2 mount`.\n"));
    CHECK(has(render_check(pivot(), report, {.colour = Colour::yes}),
              "See \033[4mNOTES\033[0m in \033[36mman 2 mount\033[0m."));
  }

  TEST_CASE("check screen: after the third hint there is no next one") {
    Report report = half_way();
    report.hint = Rung{.text = "mount(2) with MS_BIND", .number = 3};
    const std::string text = shown(report);
    CHECK(has(text, "  hint 3/3  mount(2) with MS_BIND\n"));
    CHECK(!has(text, "next hint"));
    CHECK(has(text, "            the call itself: ./lab check 03 --explain\n"));
  }

  TEST_CASE("check screen: a failure without a ladder") {
    Report report = half_way();
    report.hint.reset();
    const std::string text = shown(report);
    CHECK(!has(text, "hint"));
    CHECK(has(text, "the call itself"));
  }

  TEST_CASE("check screen: only the first failure is explained") {
    Report report = half_way();
    report.results[4] = result("03.5", "last", Verdict::fail);
    report.results[4].seen = "something else";
    CHECK(!has(shown(report), "something else"));
  }

  TEST_CASE("check screen: all passed") {
    Report report = half_way();
    for (Result& one : report.results) one = result(one.id, one.title, Verdict::pass);
    CHECK(shown(report) == R"(
03 pivot-root · a root one can't leave                         compiled in 0.6 s

  ✓ 03.1  a mount namespace of its own
  ✓ 03.2  nothing mounted inside reaches the host
  ✓ 03.3  the rootfs becomes the root
  ✓ 03.4  the old root is gone
  ✓ 03.5  /proc, /sys and /dev are the container's own

  now       Your program gives a command a root that no way leads out of.
  compare   ./lab diff 03: yours against the solution
  go on     ./lab next

  5 of 5 steps · 0.9 s · nothing left behind on this machine
)" + 1);
    Lab lab = pivot();
    lab.milestone = "a root one can't leave";
    CHECK(has(render_check(lab, report, {}), "  milestone a root one can't leave\n"));
  }

  TEST_CASE("check screen: a skip says what is lacking, and is counted apart") {
    Lab cask = pivot();
    cask.number = "01";
    Report report;
    report.results = {
        result("01.1", "a root", Verdict::pass),
        result("01.2a", "device nodes", Verdict::skip, "device nodes need root; sudo ./lab check"),
        result("01.2b", "no others", Verdict::skip, "device nodes need root; sudo ./lab check")};
    report.check_seconds = 0.25;
    CHECK(has(render_check(cask, report, {}), R"(
  ✓ 01.1   a root
  – 01.2a  device nodes                                                  skipped
  – 01.2b  no others                                                     skipped
           device nodes need root
           sudo ./lab check 01

  so far    All that can be checked here passes. 01.2a, 01.2b could not be
            looked at here. The lab has passed when that does too.
  the rest  sudo ./lab check 01
)"));
    CHECK(!has(render_check(cask, report, {}), "  now "));
    CHECK(!has(render_check(cask, report, {}), "lab diff"));  // it is not passed yet
    CHECK(has(render_check(cask, report, {}),
              "\n  1 of 2 steps · 2 checks skipped · 0.2 s · nothing"));
  }

  TEST_CASE("check screen: titles stand under each other, and steps are counted as in the guide") {
    Report report;
    report.results = {result("01.1a", "a root", Verdict::pass),
                      result("01.1b", "its own", Verdict::pass),
                      result("01.2", "nodes", Verdict::fail)};
    CHECK(has(shown(report), "  ✓ 01.1a  a root\n  ✓ 01.1b  its own\n  ✗ 01.2   nodes\n"));
    CHECK(has(shown(report), "\n  1 of 2 steps · "));
  }

  TEST_CASE("check screen: a fault of the checker is told as such") {
    Report report = half_way();
    report.results = {result("03.1", "a mount namespace of its own", Verdict::pass),
                      result("03.2", "nothing mounted inside", Verdict::infra,
                             "clone3: Resource temporarily unavailable")};
    CHECK(shown(report) == R"(
03 pivot-root · a root one can't leave                         compiled in 0.6 s

  ✓ 03.1  a mount namespace of its own
  ! 03.2  nothing mounted inside                                      not judged

03.2  nothing mounted inside
  The checker itself failed here. This is not your program's fault, and it costs
  nothing. Check again; if it stays, ./lab doctor says what this machine lacks.
  reason    clone3: Resource temporarily unavailable

  1 of 2 steps · 1 check not judged · 0.9 s · nothing left behind
)" + 1);
  }

  TEST_CASE("check screen: what was left is told with its remedy, even when all passed") {
    Report report;
    report.results = {result("03.1", "a root", Verdict::pass)};
    report.results[0].left = {
        {.what = "a mount at /w/r7f3a/proc", .remedy = "umount /w/r7f3a/proc"}};
    CHECK(has(shown(report), R"(
03.1  left behind: a mount at /w/r7f3a/proc
  remedy    umount /w/r7f3a/proc
)"));
    CHECK(has(shown(report), "1 of 1 step · 0.0 s · your program left something behind\n"));
  }

  TEST_CASE("check screen: a program that does not compile") {
    Report report;
    report.compile_seconds = 0.6;
    report.compile_error =
        "labs/03-pivot-root/pivot_root.cpp:31:5: error: expected ';' before '}' token\n"
        "   31 |     sethostname(name)\n";
    CHECK(shown(report) == R"(
03 pivot-root · a root one can't leave

  ✗ 03  your program does not compile

  labs/03-pivot-root/pivot_root.cpp:31:5: error: expected ';' before '}' token
     31 |     sethostname(name)

  Nothing was run. Mend this first: later errors are often its consequences.
)" + 1);
  }

  TEST_CASE("check screen: what the compiler warns of, two at a time") {
    Report report = half_way();
    report.warnings = {"labs/a.cpp:3: unused variable 'x'", "labs/a.cpp:4: second",
                       "labs/a.cpp:5: third"};
    CHECK(has(shown(report), R"(
  warning   labs/a.cpp:3: unused variable 'x'
  warning   labs/a.cpp:4: second
            and 1 more warning of the compiler
)"));
  }

  TEST_CASE("check screen: no escape of a learner's program reaches the terminal") {
    Report report = half_way();
    report.results[2].seen = "it printed \033[2J\033]0;owned\a";
    CHECK(has(shown(report), "it printed \\x1b[2J\\x1b]0;owned\\x07"));
  }

  TEST_CASE("check screen: colours where there are some") {
    const std::string text = render_check(pivot(), half_way(), {.colour = Colour::yes});
    CHECK(has(text, "  \033[32m✓\033[0m 03.1  a mount"));
    CHECK(has(text, "  \033[1;31m✗\033[0m 03.3  the rootfs"));
  }

  TEST_CASE("check screen: a terminal without UTF-8 gets ASCII") {
    const std::string text = render_check(pivot(), half_way(), {.charset = Charset::ascii});
    CHECK(has(text, "  x 03.3  the rootfs"));
    CHECK(has(text, "  . 03.4  the old"));
    CHECK(has(text, "2 of 5 steps . 0.9 s"));
    for (const char c : text) CHECK(static_cast<unsigned char>(c) < 0x80);
  }
}

}  // namespace
}  // namespace toolkit::course
