// The command line of the verbs that play: a shell, one's own program, one isolation after the other. What a verb does is
// in play/.
#include <CLI/CLI.hpp>
#include <memory>

#include "toolkit/course/play/verbs.hpp"
#include "toolkit/course/tree.hpp"
#include "toolkit/course/verbs.hpp"

namespace toolkit::course {
namespace {

void add_shell(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<ShellOptions>();
  CLI::App* verb = add_verb(app, chosen, "shell", "a root shell on a throw-away machine",
                            [options] { return shell(this_tree(), *options); });
  verb->add_option("LAB", options->lab, "a lab whose program, yours, is there too");
}

void add_run(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* verb = add_verb(app, chosen, "run", "run your program on such a machine",
                            [options] { return run_program(this_tree(), *options); });
  verb->add_option("LAB", options->lab,
                   "its number, name or folder; without it: the folder you are in");
  verb->add_flag_callback(
      "--keep", [options] { options->keep = Keep::yes; }, "with a shell beside it");
  verb->add_option("ARG", options->arguments,
                   "behind --: arguments of your program; without any: some that fit");
}

void add_isolate(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<IsolateOptions>();
  CLI::App* verb = add_verb(app, chosen, "isolate", "isolate a process, one step after the other",
                            [options] { return isolate(this_tree(), *options); });
  verb->add_option("--step", options->step, "that one alone")->type_name("N");
  verb->add_flag_callback(
      "--json", [options] { options->form = Form::json; }, "as data");
}

}  // namespace

void add_play_verbs(CLI::App& app, Action& chosen) {
  add_shell(app, chosen);
  add_run(app, chosen);
  add_isolate(app, chosen);
}

}  // namespace toolkit::course
