#include "toolkit/course/examine.hpp"

#include <fmt/format.h>

namespace toolkit::course {

using checks::Result;
using checks::Verdict;

std::vector<Result> blame(const CompileError& error, std::vector<Result> results) {
  for (Result& result : results) {
    result.verdict = Verdict::blocked;
    result.reason = results.front().id;
  }
  Result& first = results.at(0);
  first.verdict = Verdict::fail;
  first.reason.clear();
  first.expected = "your program compiles";
  first.seen = error.text;
  if (!error.file.empty()) first.evidence = fmt::format("{}:{}", error.file, error.line);
  if (!error.source_line.empty()) first.evidence += "\n" + error.source_line;
  first.hint = "compile";
  return results;
}

Examined examine(const Tree& tree, const Lab& lab, CheckOptions options) {
  const Built built =
      compile(tree, lab, tree.source / lab.folder(), program_of(tree, lab), Author::learner);
  Examined examined{.compiled = built.seconds};
  if (built.error) {
    examined.results = blame(*built.error, list_checks(tree, lab));
    for (const Result& result : examined.results) {
      if (options.on_result) options.on_result(result);
    }
    return examined;
  }
  options.program = built.program;
  examined.results = run_checks(tree, lab, options);
  return examined;
}

}  // namespace toolkit::course
