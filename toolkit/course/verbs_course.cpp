// The command line of the verbs of those who keep the course. What a verb does is in the file of its
// name.
#include <CLI/CLI.hpp>
#include <memory>

#include "toolkit/course/derive_verb.hpp"
#include "toolkit/course/tree.hpp"
#include "toolkit/course/verbs.hpp"
#include "toolkit/course/verify.hpp"

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

void add_verify(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* verb = add_verb(app, chosen, "verify", "prove that starters fail and solutions pass",
                            [options] { return verify(this_tree(), *options); });
  verb->add_option("LAB", options->labs, kLab);
  verb->add_flag_callback(
      "--json", [options] { options->form = Form::json; }, "as data");
}

void add_mutants(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<MutantsOptions>();
  CLI::App* verb = add_verb(app, chosen, "mutants", "show which check catches which mistake",
                            [options] { return mutants(this_tree(), *options); });
  verb->add_option("LAB", options->lab, "its number, name or folder");
  verb->add_option("--from", options->from, "more mutants, in the form of mutants.yaml")
      ->type_name("FILE");
  verb->add_flag_callback(
      "--json", [options] { options->form = Form::json; }, "as data");
}

}  // namespace

void add_course_verbs(CLI::App& app, Action& chosen) {
  add_verify(app, chosen);
  add_mutants(app, chosen);
  add_derive(app, chosen);
}

}  // namespace toolkit::course
