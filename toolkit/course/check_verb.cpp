#include "toolkit/course/check_verb.hpp"

#include <fmt/format.h>

#include "toolkit/check/report.hpp"
#include "toolkit/course/learn/session.hpp"

namespace toolkit::course {
namespace {

/// A program that does not compile is one failure.
checks::Result not_compiled(const Lab& lab, const std::string& error) {
  checks::Result result;
  result.id = lab.number;
  result.title = "the program compiles";
  result.verdict = checks::Verdict::fail;
  result.expected = "no error of the compiler";
  result.seen = error;
  return result;
}

}  // namespace

int check_lab(const Tree& tree, const CheckVerbOptions& options) {
  const Session session = open_session(tree, options.lab);
  const Report report = check_once(session, options.explain);
  if (options.form == Form::text) {
    fmt::print("{}", render_check(session.lab, report, look_of_stdout()));
  } else if (!report.compile_error.empty()) {
    fmt::print("{}\n", checks::to_json(not_compiled(session.lab, report.compile_error)));
  } else {
    for (const checks::Result& result : report.results) {
      fmt::print("{}\n", checks::to_json(result));
    }
  }
  return all_passed(report.results) ? 0 : 1;
}

}  // namespace toolkit::course
