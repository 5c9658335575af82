// The command line of the verbs of those who learn. What a verb does is in the file of its name.
#include <CLI/CLI.hpp>
#include <memory>

#include "toolkit/course/check_verb.hpp"
#include "toolkit/course/diff.hpp"
#include "toolkit/course/hint_verb.hpp"
#include "toolkit/course/list.hpp"
#include "toolkit/course/map.hpp"
#include "toolkit/course/read.hpp"
#include "toolkit/course/reset.hpp"
#include "toolkit/course/tree.hpp"
#include "toolkit/course/verbs.hpp"
#include "toolkit/course/watch.hpp"

namespace toolkit::course {
namespace {

void add_list(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App* verb = add_verb(app, chosen, "list", "the labs, and how far you are",
                            [options] { return list(this_tree(), *options); });
  verb->add_flag_callback(
      "--json", [options] { options->form = Form::json; }, "as data");
}

/// The lab that a verb is about; without it, it is the one whose folder we are in.
void add_lab(CLI::App& verb, std::string& lab) {
  verb.add_option("LAB", lab, "its number, name or folder; without it: the folder you are in");
}

void add_read(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<ReadOptions>();
  CLI::App* verb = add_verb(app, chosen, "read", "show a lab's guide",
                            [options] { return read(this_tree(), *options); });
  add_lab(*verb, options->lab);
  verb->add_flag_callback(
      "--all", [options] { options->promoted = Promoted::shown; },
      "with the part that quotes the solution");
}

void add_check(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<CheckVerbOptions>();
  CLI::App* verb = add_verb(app, chosen, "check", "compile and check your program",
                            [options] { return check_lab(this_tree(), *options); });
  add_lab(*verb, options->lab);
  verb->add_flag_callback(
      "--explain", [options] { options->explain = Explain::yes; }, "tell the call that fails");
  verb->add_flag_callback(
      "--json", [options] { options->form = Form::json; }, "as data, a line a check");
}

void add_watch(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App* verb = add_verb(app, chosen, "watch", "check at each save",
                            [options] { return watch(this_tree(), *options); });
  add_lab(*verb, options->lab);
}

void add_hint(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<HintOptions>();
  CLI::App* verb = add_verb(app, chosen, "hint", "one hint more for the step that failed",
                            [options] { return hint(this_tree(), *options); });
  add_lab(*verb, options->lab);
}

void add_diff(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<DiffOptions>();
  CLI::App* verb = add_verb(app, chosen, "diff", "yours against the solution, once yours passed",
                            [options] { return diff(this_tree(), *options); });
  add_lab(*verb, options->lab);
  verb->add_flag_callback(
      "--give-up", [options] { options->solution = Solution::given_up; },
      "before that too; it is noted");
}

void add_reset(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<ResetOptions>();
  CLI::App* verb = add_verb(app, chosen, "reset", "put the starter back; yours is kept",
                            [options] { return reset(this_tree(), *options); });
  add_lab(*verb, options->lab);
}

}  // namespace

Action add_map(CLI::App& app) {
  const auto options = std::make_shared<MapOptions>();
  app.add_option("--track", options->track, "of the map: only the labs of a track");
  return [options] { return map(this_tree(), *options); };
}

void add_learner_verbs(CLI::App& app, Action& chosen) {
  add_verb(app, chosen, "next", "the lab to go to", [] { return next_lab(this_tree()); });
  add_read(app, chosen);
  add_check(app, chosen);
  add_watch(app, chosen);
  add_hint(app, chosen);
  add_diff(app, chosen);
  add_reset(app, chosen);
  add_play_verbs(app, chosen);
  add_list(app, chosen);
}

}  // namespace toolkit::course
