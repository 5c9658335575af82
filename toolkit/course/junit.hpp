#pragma once

#include <string_view>
#include <vector>

#include "toolkit/course/results.hpp"

namespace toolkit::course {

/// Reads the report of `ctest --output-junit`. A test that printed "SKIPPED: reason" is a skip; one
/// that ctest could not run (its program is missing, say) is a failure, whatever ctest calls it.
/// Throws std::runtime_error when it is no such report.
std::vector<TestResult> read_junit(std::string_view xml);

}  // namespace toolkit::course
