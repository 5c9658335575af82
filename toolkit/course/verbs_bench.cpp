// The command line of `lab bench`. What it does is in bench.cpp.
#include <CLI/CLI.hpp>
#include <memory>

#include "toolkit/course/bench.hpp"
#include "toolkit/course/tree.hpp"
#include "toolkit/course/verbs.hpp"

namespace toolkit::course {
namespace {

void add_quick(CLI::App& verb, BenchOptions& options) {
  verb.add_flag("--quick", options.quick, "fewer turns, some seconds");
}

void add_file(CLI::App& verb, BenchOptions& options) {
  verb.add_option("--json", options.json, "keep the numbers in a file")->type_name("FILE");
}

}  // namespace

void add_bench_verb(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* verb = add_verb(app, chosen, "bench", "measure what isolation costs here",
                            [options] { return bench(this_tree(), *options); });
  verb->require_subcommand(0, 1);
  add_quick(*verb, *options);
  add_file(*verb, *options);

  CLI::App* labs = verb->add_subcommand("labs", "what each lab's mechanism costs, a row each");
  labs->parse_complete_callback([options] { options->suite = Suite::labs; });
  add_quick(*labs, *options);
  add_file(*labs, *options);

  CLI::App* predict = verb->add_subcommand(
      "predict", "say what a lab's mechanism costs, then see it measured, side by side");
  predict->parse_complete_callback([options] { options->suite = Suite::predict; });
  predict->add_option("LAB", options->lab,
                      "its number, name or folder; without it: the folder you are in");
  add_quick(*predict, *options);
  predict->add_flag_callback(
      "--json", [options] { options->json = "-"; }, "as data; the questions go to stderr");
}

}  // namespace toolkit::course
