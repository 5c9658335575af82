#pragma once

#include <string>
#include <vector>

#include "toolkit/course/results.hpp"
#include "toolkit/course/suite.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct TestOptions {
  std::vector<std::string> names = {};  ///< labels, or parts of names; none means all
  LongTests long_tests = LongTests::left_out;
  Skips skips = Skips::allowed;
};

/// Runs the tests of a build tree, which needs only to be readable, and prints what failed, what was
/// skipped and why, and the closing line. The result is 0 only when nothing failed.
/// Throws std::runtime_error when no test has such a name.
int test(const Tree& tree, const TestOptions& options);

}  // namespace toolkit::course
