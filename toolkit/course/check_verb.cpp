#include "toolkit/course/check_verb.hpp"

#include <fmt/format.h>

#include "toolkit/check/report.hpp"
#include "toolkit/course/learn/session.hpp"

namespace toolkit::course {
int check_lab(const Tree& tree, const CheckVerbOptions& options) {
  const Session session = open_session(tree, options.lab);
  const Report report = check_once(session, options.explain);
  if (options.form == Form::text) {
    fmt::print("{}", render_check(session.lab, report, look_of_stdout()));
  } else {
    for (const checks::Result& result : report.results) {
      fmt::print("{}\n", checks::to_json(result));
    }
  }
  return all_passed(report.results) ? 0 : 1;
}

}  // namespace toolkit::course
