#include "toolkit/course/learn/test_report.hpp"

namespace toolkit::test {

using checks::Result;
using checks::Verdict;

course::Lab pivot() {
  course::Lab lab;
  lab.number = "03";
  lab.name = "03-pivot-root";
  lab.title = "a root one can't leave";
  lab.done = "Your program gives a command a root that no way leads out of.";
  return lab;
}

Result result(const std::string& id, const std::string& title, Verdict verdict,
              const std::string& reason) {
  Result made;
  made.id = id;
  made.title = title;
  made.verdict = verdict;
  made.reason = reason;
  return made;
}

namespace {

Result busy() {
  Result failed = result("03.3", "the rootfs becomes the root", Verdict::fail);
  failed.did = "pivot-root --rootfs /w/r7f3a -- /probe k2x9";
  failed.expected = "/proc/PID/root of the payload is /w/r7f3a (8:1 inode 52119)";
  failed.seen =
      "your program ended before it: exit 125\npivot_root '/w/r7f3a': Device or resource busy";
  failed.evidence =
      "/proc/PID/mountinfo, read at that moment: no line for /w/r7f3a; 29 is ext4 on /";
  failed.hint = "pivot-busy";
  return failed;
}

}  // namespace

course::Report half_way() {
  course::Report report;
  report.results = {
      result("03.1", "a mount namespace of its own", Verdict::pass),
      result("03.2", "nothing mounted inside reaches the host", Verdict::pass), busy(),
      result("03.4", "the old root is gone", Verdict::blocked, "03.3"),
      result("03.5", "/proc, /sys and /dev are the container's own", Verdict::blocked, "03.3")};
  report.hint =
      course::Rung{.text =
                       "pivot_root wants something of its first argument that this directory "
                       "is not. See NOTES in pivot_root(2)."};
  report.compile_seconds = 0.6;
  report.check_seconds = 0.9;
  return report;
}

}  // namespace toolkit::test
