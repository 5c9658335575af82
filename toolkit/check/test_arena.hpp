#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "toolkit/check/verdict.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::checks {

/// A row of docs/checker.md: a hostile program, and what the sample checker says of it.
struct Row {
  std::string name;
  std::string wanted;  ///< "PASS", "FAIL" or "FAIL 90.2"
  enum class Kind { harm, cheat } kind = Kind::harm;
};
/// Those whose first column is a program and whose second is a verdict.
std::vector<Row> hostile_programs();

/// A program as a checker gets it to see.
struct Trial {
  std::string name;     ///< what it does
  std::string checker;  ///< who looks
  std::string subject;
  std::string probe;
  std::string only = {};   ///< ids of checks, with commas between; all when empty
  uid_t uid = 0;           ///< who the checker is
  std::string fault = {};  ///< one that is planted in the sample checker
};

/// A checker at work.
struct Run {
  Process process;
  Fd report;
  std::string text = {};
};
Run begin(const Trial& trial);
/// Waits for its end; what it came to, as far as it told.
std::vector<Result> results_of(Run run);

/// "PASS", or "FAIL 90.2" for the first that failed; what is no learner's verdict is told as it is.
std::string sum_up(const std::vector<Result>& all, std::size_t wanted);

/// Tries them, four at once, and hands over what each came to.
void try_all(const std::vector<Trial>& trials,
             const std::function<void(const Trial&, const std::vector<Result>&)>& judge);

/// Runs body as the first process of a pid namespace: when it is alone there again, nothing was left. The
/// host is compared before and after.
void in_arena(const std::function<void()>& body);

}  // namespace toolkit::checks
