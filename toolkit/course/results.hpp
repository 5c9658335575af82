#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace toolkit::course {

enum class Verdict { passed, failed, skipped };

struct TestResult {
  std::string name;
  Verdict verdict = Verdict::failed;
  double seconds = 0;
  std::string output = {};  ///< what it printed
  std::string reason = {};  ///< of a skip; of a failure that is none of the test's own
};

/// May a test be skipped? In a run that must leave nothing out, each skip is a failure.
enum class Skips { allowed, failures };

struct Counts {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t skipped = 0;
  bool operator==(const Counts&) const = default;
};

/// Turns skips into failures, where none is allowed.
std::vector<TestResult> judge(std::vector<TestResult> results, Skips skips);
Counts count(const std::vector<TestResult>& results);

/// Failures with all they printed, then skips with their reason; empty when there are neither.
std::string report(const std::vector<TestResult>& results);
/// "3 passed, 0 failed, 1 skipped".
std::string closing_line(const Counts& counts);

}  // namespace toolkit::course
