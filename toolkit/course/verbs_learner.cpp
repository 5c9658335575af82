// The command line of the verbs of those who learn. What a verb does is in the file of its name.
#include <CLI/CLI.hpp>
#include <memory>

#include "toolkit/course/list.hpp"
#include "toolkit/course/read.hpp"
#include "toolkit/course/tree.hpp"
#include "toolkit/course/verbs.hpp"

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
}

}  // namespace

void add_learner_verbs(CLI::App& app, Action& chosen) {
  add_read(app, chosen);
  add_list(app, chosen);
}

}  // namespace toolkit::course
