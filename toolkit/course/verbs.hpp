#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace toolkit::course {

/// What the chosen verb will do, once the command line is known to be right.
using Action = std::function<int()>;

/// Adds a verb to the table; when it is typed, it is what is chosen.
CLI::App* add_verb(CLI::App& app, Action& chosen, const std::string& name,
                   const std::string& summary, const Action& action);

/// What happens where no verb is typed: the map. Adds its option.
Action add_map(CLI::App& app);
/// The verbs of those who learn: reading, checking, hints.
void add_learner_verbs(CLI::App& app, Action& chosen);
/// The verbs that play on a throw-away machine: shell, run, isolate.
void add_play_verbs(CLI::App& app, Action& chosen);
/// The verbs of those who keep the course: verify, mutants, derive.
void add_course_verbs(CLI::App& app, Action& chosen);
/// The verb that measures, with its suites.
void add_bench_verb(CLI::App& app, Action& chosen);

}  // namespace toolkit::course
