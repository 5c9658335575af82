#include <fmt/format.h>
#include <unistd.h>

#include "toolkit/course/play/playground.hpp"
#include "toolkit/course/play/stage.hpp"
#include "toolkit/course/play/table.hpp"
#include "toolkit/course/play/verbs.hpp"
#include "toolkit/course/usage.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit::course {
namespace {

/// False at the end of the input.
bool await_enter() {
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) == 1) {
    if (byte == '\n') return true;
  }
  return false;
}

std::size_t checked_step(int step) {
  const auto last = static_cast<int>(kStages.size()) - 1;
  if (step >= 0 && step <= last) return static_cast<std::size_t>(step);
  throw UsageError(fmt::format("there is no step {}; they are 0 to {}", step, last));
}

}  // namespace

int isolate(const Tree& tree, const IsolateOptions& options) {
  const std::size_t first = options.step ? checked_step(*options.step) : 0;
  const std::size_t last = options.step ? first : kStages.size() - 1;
  const bool person = options.form == Form::text && is_terminal(FdRef(STDIN_FILENO)) &&
                      is_terminal(FdRef(STDOUT_FILENO));
  const Playground playground(tree);
  const checks::Machine& machine = playground.machine();
  prepare_stages(machine);
  std::vector<Seen> steps;
  View before = view_at(machine, first == 0 ? 0 : first - 1);
  for (std::size_t stage = first; stage <= last; ++stage) {
    const View after = stage == 0 ? before : view_at(machine, stage);
    if (options.form == Form::json) {
      steps.push_back({.stage = stage, .before = before, .after = after});
    } else {
      if (stage != first) fmt::print("\n");
      fmt::print("{}", step_table(stage, before, after));
      if (person && stage != last) fmt::print("\nEnter: one isolation more ");
      std::fflush(stdout);
      if (person && stage != last && !await_enter()) return 0;
    }
    before = after;
  }
  if (options.form == Form::json) fmt::print("{}", to_json(steps));
  return 0;
}

}  // namespace toolkit::course
