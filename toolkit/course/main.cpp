// The command line of `lab`: the table of verbs. What a verb does is in the file of its name.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>
#include <stdexcept>

#include "toolkit/course/clean.hpp"
#include "toolkit/course/completion.hpp"
#include "toolkit/course/suggest.hpp"
#include "toolkit/course/test_verb.hpp"
#include "toolkit/course/tree.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

constexpr int kUsageError = 2;

struct Options {
  TestOptions test;
  std::string shell;
};

std::map<std::string, Shell> shells() {
  return {{"bash", Shell::bash}, {"fish", Shell::fish}, {"zsh", Shell::zsh}};
}

/// `./lab` takes it away from whoever is root; what is left to say is that this is a normal user.
void add_no_root(CLI::App& verb) {
  verb.add_flag("--no-root")->description("do what a user can: ask for no root, install nothing");
}

void add_verbs(CLI::App& app, Options& options) {
  CLI::App* test = app.add_subcommand("test", "build and run the tests");
  test->add_option("NAME", options.test.names, "a label, or a part of a test's name");
  test->add_flag_callback(
      "--long", [&] { options.test.long_tests = LongTests::included; }, "the long tests too");
  add_no_root(*test);

  app.add_subcommand("clean", "remove what was built; your own work stays");

  app.add_subcommand("completion", "print a completion script: eval \"$(./lab completion bash)\"")
      ->add_option("SHELL", options.shell, "bash, fish or zsh")
      ->required()
      ->check([](const std::string& name) {
        return shells().count(name) != 0 ? "" : fmt::format("no shell '{}'", printable(name));
      });
}

std::vector<VerbWords> words_of(const CLI::App& app) {
  std::vector<VerbWords> verbs;
  for (const CLI::App* verb : app.get_subcommands({})) {
    VerbWords words{.name = verb->get_name(), .summary = verb->get_description()};
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) words.words.push_back("--" + name);
    }
    if (words.name == "completion") {
      for (const auto& [name, shell] : shells()) words.words.push_back(name);
    }
    verbs.push_back(std::move(words));
  }
  return verbs;
}

/// What can be typed: one screen.
std::string page(const CLI::App& app) {
  std::string text = fmt::format("{}\n\n", app.get_description());
  for (const CLI::App* verb : app.get_subcommands({})) {
    text += fmt::format("  ./lab {:<12}{}\n", verb->get_name(), verb->get_description());
  }
  return text + "\n./lab VERB --help tells a verb's options.\n";
}

/// The word that CLI11 did not expect, with the one that was probably meant.
std::string unknown(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  for (const VerbWords& verb : words_of(app)) {
    if (chosen.empty()) known.push_back(verb.name);
    if (!chosen.empty() && chosen.front()->get_name() == verb.name) known = verb.words;
  }
  const std::string where = chosen.empty() ? "" : fmt::format("{}: ", chosen.front()->get_name());
  const std::string what = chosen.empty() ? "verb" : "argument";
  if (const std::optional<std::string> meant = suggest(word, known)) {
    return fmt::format("{}no {} '{}'; did you mean '{}'?", where, what, printable(word), *meant);
  }
  return fmt::format("{}no {} '{}'; known are: {}", where, what, printable(word),
                     fmt::join(known, " "));
}

int complain(const std::string& line) {
  fmt::print(stderr, "lab: {}\n", line);
  return kUsageError;
}

int run_verb(const CLI::App& app, Options& options) {
  const Tree tree = this_tree();
  if (app.got_subcommand("test")) {
    const char* require = std::getenv("COOPERAGE_REQUIRE");
    if (require != nullptr && std::string_view(require) == "all") {
      options.test.skips = Skips::failures;
    }
    return test(tree, options.test);
  }
  if (app.got_subcommand("clean")) return clean(tree);
  if (app.got_subcommand("completion")) {
    fmt::print("{}", completion(shells().at(options.shell), words_of(app)));
    return 0;
  }
  fmt::print("{}", page(app));
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app("Cooperage: build Linux containers by hand", "./lab");
  app.require_subcommand(0, 1);
  app.set_help_flag();
  const bool help =
      argc == 2 && (std::string_view(argv[1]) == "--help" || std::string_view(argv[1]) == "-h" ||
                    std::string_view(argv[1]) == "help");
  Options options;
  add_verbs(app, options);
  for (CLI::App* verb : app.get_subcommands({})) verb->set_help_flag("-h,--help", "this text");
  if (help) {
    fmt::print("{}", page(app));
    return 0;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return 0;
  } catch (const CLI::ExtrasError&) {
    const std::vector<std::string> extras = app.remaining(true);
    return complain(unknown(app, extras.empty() ? "" : extras.front()));
  } catch (const CLI::ParseError& error) {
    return complain(fmt::format("{}: {}", argc > 1 ? argv[1] : "", error.what()));
  }
  return run_verb(app, options);
}

}  // namespace
}  // namespace toolkit::course

int main(int argc, char** argv) {
  try {
    return toolkit::course::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "lab: {}\n", error.what());
    return 1;
  }
}
