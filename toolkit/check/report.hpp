#pragma once

#include <string>
#include <string_view>

#include "toolkit/check/verdict.hpp"

namespace toolkit::checks {

/// "PASS", "FAIL", "BLOCKED", "SKIP", "INFRA".
std::string_view verdict_name(Verdict verdict);

/// One line of a report. Bytes that are no UTF-8 are replaced, so the line is always JSON.
std::string to_json(const Result& result);
/// Throws std::runtime_error when the line is no result.
Result result_from_json(std::string_view line);

}  // namespace toolkit::checks
