#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::course {

/// A test as ctest knows it.
struct SuiteTest {
  int number = 0;  ///< ctest's own, from 1
  std::string name;
  std::vector<std::string> labels = {};
};

/// Are the tests labelled "long" wanted too?
enum class LongTests { left_out, included };

/// Reads `ctest --show-only=json-v1`. Throws std::runtime_error when it is no such list.
std::vector<SuiteTest> read_suite(std::string_view json);

/// The tests that carry one of the names as a label or have it somewhere in their own name; all of
/// them when no name is given. A test that is named in full is never too long.
std::vector<SuiteTest> select(const std::vector<SuiteTest>& suite,
                              const std::vector<std::string>& names, LongTests long_tests);

/// A line of ctest's output that tells the end of a test.
struct Ended {
  int number = 0;
  std::string state;  ///< "Passed", "Failed", "Timeout", "Exception: SegFault" …
};
/// Reads " 6/9 Test #6: name ....***Timeout   1.00 sec"; nothing of any other line.
std::optional<Ended> read_ended(std::string_view line);

/// The numbers as `ctest -I` takes them.
std::string numbers_for_ctest(const std::vector<SuiteTest>& tests);

}  // namespace toolkit::course
