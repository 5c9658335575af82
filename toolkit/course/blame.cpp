#include "toolkit/course/blame.hpp"

#include <fmt/format.h>

namespace toolkit::course {

using checks::Result;
using checks::Verdict;

std::vector<Result> blame(const CompileError& error, std::vector<Result> checks) {
  for (Result& result : checks) {
    result.verdict = Verdict::blocked;
    result.reason = checks.front().id;
  }
  Result& first = checks.at(0);
  first.verdict = Verdict::fail;
  first.reason.clear();
  first.expected = "your program compiles";
  first.seen = error.text;
  if (!error.file.empty()) first.evidence = fmt::format("{}:{}", error.file, error.line);
  if (!error.source_line.empty()) first.evidence += "\n" + error.source_line;
  // What a lab teaches is in the toolkit, and not given to the lab's program.
  const bool borrowed = error.text.starts_with("undefined reference to `toolkit::");
  first.hint = "compile";
  if (borrowed) first.hint = "not-linked";
  return checks;
}

}  // namespace toolkit::course
