// The command line of the verbs of those who keep the course. What a verb does is in the file of its
// name.
#include <CLI/CLI.hpp>
#include <memory>

#include "toolkit/course/derive_verb.hpp"
#include "toolkit/course/tree.hpp"
#include "toolkit/course/verbs.hpp"

namespace toolkit::course {
namespace {

constexpr const char* kLab = "a lab: its number, name or path; all when none is named";

void add_derive(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<DeriveOptions>();
  CLI::App* verb = add_verb(app, chosen, "derive", "write the starters, from the solutions",
                            [options] { return derive(this_tree(), *options); });
  verb->add_option("LAB", options->labs, kLab);
  verb->add_flag_callback(
      "--check", [options] { options->what = Derive::check; }, "only compare");
  verb->add_flag_callback(
      "--build", [options] { options->what = Derive::build; }, "into the build tree");
}

}  // namespace

void add_course_verbs(CLI::App& app, Action& chosen) { add_derive(app, chosen); }

}  // namespace toolkit::course
