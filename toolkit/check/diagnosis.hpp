#pragma once

#include <exception>
#include <functional>

#include "toolkit/check/context.hpp"
#include "toolkit/check/verdict.hpp"

namespace toolkit::checks {

/// An exception that is no verdict: FAIL when what was looked at had ended, else INFRA.
Result judge_exception(const std::exception& error, const Context& now, Result result);

/// Runs a failed check once more with the program's calls recorded: the last one that failed chooses
/// the hint of a program that ended early, and --explain tells them.
void diagnose(Result& result, const std::function<void(Result&)>& attempt);

}  // namespace toolkit::checks
