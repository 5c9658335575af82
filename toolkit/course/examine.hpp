#pragma once

#include <filesystem>
#include <vector>

#include "toolkit/check/verdict.hpp"
#include "toolkit/course/checker.hpp"
#include "toolkit/course/workshop.hpp"

namespace toolkit::course {

/// A program of a lab, compiled and checked.
struct Examined {
  std::vector<checks::Result> results = {};
  double compiled = 0;  ///< seconds; 0 when nothing had changed
};

/// Compiles the learner's files into build/labs/ and checks that. A file that does not compile is
/// one FAIL, of the first check, with the hint `compile`; what would follow is BLOCKED by it.
Examined examine(const Tree& tree, const Lab& lab, CheckOptions options);

/// The results of a program that could not be compiled.
std::vector<checks::Result> blame(const CompileError& error, std::vector<checks::Result> checks);

}  // namespace toolkit::course
