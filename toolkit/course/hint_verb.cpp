#include "toolkit/course/hint_verb.hpp"

#include <fmt/format.h>

#include "toolkit/course/learn/map_screen.hpp"
#include "toolkit/course/learn/session.hpp"

namespace toolkit::course {

int hint(const Tree& tree, const HintOptions& options) {
  const Session session = open_session(tree, options.lab);
  const Lab& lab = session.lab;
  const std::vector<checks::Result> last = read_progress(session.state)[lab.name].last;
  if (last.empty()) {
    fmt::print(stderr, "lab: {} was not checked yet; ./lab check {} says what to hint at\n",
               lab.name, lab.number);
    return 1;
  }
  const checks::Result* failed = first_failed(last);
  if (failed == nullptr) {
    fmt::print("{}: no step failed when it was checked last.\n", called(lab));
    return 0;
  }
  if (const std::optional<Rung> rung = next_rung(session)) {
    fmt::print("{}", render_hint(lab, *failed, *rung, look_of_stdout()));
    return 0;
  }
  fmt::print("{}: no hint answers what was seen at {}; ./lab check {} --explain tells the call.\n",
             called(lab), failed->id, lab.number);
  return 0;
}

}  // namespace toolkit::course
