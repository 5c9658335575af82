#pragma once

#include <vector>

#include "toolkit/check/verdict.hpp"
#include "toolkit/course/workshop.hpp"

namespace toolkit::course {

/// The results of a program that could not be compiled: one FAIL, of the first check, with the hint
/// `compile`, and what would have followed BLOCKED by it.
std::vector<checks::Result> blame(const CompileError& error, std::vector<checks::Result> checks);

}  // namespace toolkit::course
