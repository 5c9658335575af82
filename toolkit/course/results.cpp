#include "toolkit/course/results.hpp"

#include <fmt/format.h>

#include "toolkit/kernel/text.hpp"

namespace toolkit::course {

std::vector<TestResult> judge(std::vector<TestResult> results, Skips skips) {
  for (TestResult& result : results) {
    if (skips == Skips::allowed || result.verdict != Verdict::skipped) continue;
    result.verdict = Verdict::failed;
    result.reason = "skipped, where no skip is allowed: " + result.reason;
  }
  return results;
}

Counts count(const std::vector<TestResult>& results) {
  Counts counts;
  for (const TestResult& result : results) {
    switch (result.verdict) {
      case Verdict::passed:
        ++counts.passed;
        break;
      case Verdict::failed:
        ++counts.failed;
        break;
      case Verdict::skipped:
        ++counts.skipped;
        break;
    }
  }
  return counts;
}

std::string report(const std::vector<TestResult>& results) {
  std::string text;
  for (const TestResult& result : results) {
    if (result.verdict != Verdict::failed) continue;
    text += fmt::format("✗ {} ({:.1f} s)\n", result.name, result.seconds);
    if (!result.reason.empty()) text += fmt::format("    {}\n", result.reason);
    for (const std::string_view line : lines(result.output)) {
      text += fmt::format("    {}\n", line);
    }
  }
  for (const TestResult& result : results) {
    if (result.verdict != Verdict::skipped) continue;
    text += fmt::format("- {}: {}\n", result.name, result.reason);
  }
  return text;
}

std::string closing_line(const Counts& counts) {
  return fmt::format("{} passed, {} failed, {} skipped", counts.passed, counts.failed,
                     counts.skipped);
}

}  // namespace toolkit::course
