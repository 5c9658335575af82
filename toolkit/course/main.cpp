// The command line of `lab`: the table of verbs, and what is said of a wrong one. What a verb does is in the file of its
// name.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

#include "toolkit/container/state.hpp"
#include "toolkit/course/clean.hpp"
#include "toolkit/course/completion.hpp"
#include "toolkit/course/demo.hpp"
#include "toolkit/course/doctor.hpp"
#include "toolkit/course/suggest.hpp"
#include "toolkit/course/test_verb.hpp"
#include "toolkit/course/tree.hpp"
#include "toolkit/course/usage.hpp"
#include "toolkit/course/verbs.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {

CLI::App* add_verb(CLI::App& app, Action& chosen, const std::string& name,
                   const std::string& summary, const Action& action) {
  CLI::App* verb = app.add_subcommand(name, summary);
  verb->callback([&chosen, action] { chosen = action; });
  return verb;
}

namespace {

constexpr int kUsageError = 2;

/// `./lab` takes root away from who says so; nothing is left to do here.
void add_no_root(CLI::App& verb) {
  verb.add_flag("--no-root")->description("do what a user can: ask for no root, install nothing");
}

Skips skips_allowed() {
  const char* require = std::getenv("COOPERAGE_REQUIRE");
  return require != nullptr && std::string_view(require) == "all" ? Skips::failures
                                                                  : Skips::allowed;
}

void add_doctor(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<DoctorOptions>();
  CLI::App* verb = add_verb(app, chosen, "doctor", "tell what this machine can and lacks",
                            [options] { return doctor(*options); });
  verb->add_flag("--json", options->json, "as data");
}

void add_test(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<TestOptions>();
  options->skips = skips_allowed();
  CLI::App* verb = add_verb(app, chosen, "test", "run the tests",
                            [options] { return test(this_tree(), *options); });
  verb->add_option("NAME", options->names, "a label, or a part of a test's name");
  verb->add_flag_callback(
      "--long", [options] { options->long_tests = LongTests::included; }, "the long tests too");
  add_no_root(*verb);
}

void add_clean(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<CleanOptions>();
  CLI::App* verb =
      add_verb(app, chosen, "clean", "remove what was built; your own work stays", [options] {
        options->state = default_state_path();
        options->store = default_store_path();
        return clean(this_tree(), *options);
      });
  verb->add_flag_callback(
      "--all", [options] { options->images = Images::removed; }, "unpacked images too");
}

std::map<std::string, Shell> shells() {
  return {{"bash", Shell::bash}, {"fish", Shell::fish}, {"zsh", Shell::zsh}};
}

std::vector<VerbWords> words_of(const CLI::App& app);

void add_completion(CLI::App& app, Action& chosen) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* verb =
      add_verb(app, chosen, "completion",
               "print a completion script: eval \"$(./lab completion bash)\"", [shell, &app] {
                 fmt::print("{}", completion(shells().at(*shell), words_of(app)));
                 return 0;
               });
  verb->add_option("SHELL", *shell, "bash, fish or zsh")
      ->required()
      ->check([](const std::string& name) {
        return shells().count(name) != 0 ? "" : fmt::format("no shell '{}'", printable(name));
      });
}

/// The table of verbs, in the order in which they are told.
void add_verbs(CLI::App& app, Action& chosen) {
  add_no_root(
      *add_verb(app, chosen, "demo", "start a container, and show what it and its host see", demo));
  add_learner_verbs(app, chosen);
  add_course_verbs(app, chosen);
  add_doctor(app, chosen);
  add_test(app, chosen);
  add_bench_verb(app, chosen);
  add_clean(app, chosen);
  add_completion(app, chosen);
}

std::vector<VerbWords> words_of(const CLI::App& app) {
  std::vector<VerbWords> verbs;
  for (const CLI::App* verb : app.get_subcommands({})) {
    VerbWords words{.name = verb->get_name(), .summary = verb->get_description()};
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) words.words.push_back("--" + name);
    }
    for (const CLI::App* part : verb->get_subcommands({})) words.words.push_back(part->get_name());
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
  return text + fmt::format("\n./lab VERB --help tells a verb's options. The programs are in {}.\n",
                            (this_tree().build / "bin").string());
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
  if (where == "run: ") {
    const std::vector<std::string> lab = chosen.front()->get_option("LAB")->results();
    return fmt::format("run: your program's arguments stand behind --: ./lab run{}{} -- {} …",
                       lab.empty() ? "" : " ", printable(lab.empty() ? "" : lab.front()),
                       printable(word));
  }
  return fmt::format("{}no {} '{}'; known are: {}", where, what, printable(word),
                     fmt::join(known, " "));
}

int complain(const std::string& line) {
  fmt::print(stderr, "lab: {}\n", line);
  return kUsageError;
}

int run(int argc, char** argv) {
  CLI::App app("Cooperage: build Linux containers by hand", "./lab");
  app.require_subcommand(0, 1);
  Action chosen = add_map(app);
  add_verbs(app, chosen);
  const std::string_view first = argc > 1 ? argv[1] : "";
  if (first == "help" || first == "--help" || first == "-h") {
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
    const auto option = std::find_if(extras.begin(), extras.end(), [](const std::string& word) {
      return word.starts_with('-') && word != "--";
    });
    if (option != extras.end()) return complain(unknown(app, *option));
    return complain(unknown(app, extras.empty() ? "" : extras.front()));
  } catch (const CLI::ParseError& error) {
    return complain(fmt::format("{}: {}", first, error.what()));
  }
  return chosen();
}

}  // namespace
}  // namespace toolkit::course

int main(int argc, char** argv) {
  try {
    return toolkit::course::run(argc, argv);
  } catch (const toolkit::course::UsageError& error) {
    return toolkit::course::complain(error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "lab: {}\n", error.what());
    return 1;
  }
}
