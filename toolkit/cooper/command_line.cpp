#include <unistd.h>

#include "toolkit/cooper/cli11.hpp"
#include "toolkit/cooper/cooper.hpp"
#include "toolkit/cooper/descriptors.hpp"
#include "toolkit/cooper/report.hpp"
#include "toolkit/cooper/run.hpp"
#include "toolkit/cooper/run_options.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit {
namespace {

/// Does this word ("-w", "--user", "-itw") want the next one as its value?
bool takes_next(const CLI::App& verb, const std::string& word) {
  if (word.find('=') != std::string::npos) return false;
  const auto has_value = [&verb](const std::string& name) {
    const CLI::Option* option = verb.get_option_no_throw(name);
    return option != nullptr && option->get_items_expected_max() > 0;
  };
  if (word.starts_with("--")) return has_value(word);
  for (std::size_t i = 1; i < word.size(); ++i) {
    if (has_value(std::string("-") + word[i])) return i + 1 == word.size();
  }
  return false;
}

/// Takes the words behind a "--" that ends the options off `argv`. CLI11 knows such a word in
/// a program, but not in a verb.
std::vector<std::string> split_at_mark(const CLI::App& verb, std::vector<std::string>& argv) {
  std::size_t at = 0;
  while (at < argv.size() && argv[at] != verb.get_name()) ++at;
  for (++at; at < argv.size() && argv[at].starts_with('-'); ++at) {
    if (argv[at] == "--") {
      std::vector<std::string> words(argv.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                     argv.end());
      argv.resize(at);
      return words;
    }
    if (takes_next(verb, argv[at])) ++at;
  }
  return {};
}

/// CLI11 leaves what it does not know where the command begins.
std::vector<std::string> command_words(const CLI::App& verb, std::vector<std::string> marked) {
  std::vector<std::string> words = verb.remaining();
  if (!words.empty() && words.front().starts_with('-')) throw CLI::ExtrasError({words.front()});
  words.insert(words.end(), std::make_move_iterator(marked.begin()),
               std::make_move_iterator(marked.end()));
  return words;
}

/// What is wrong with the command line. Where a verb is missing, CLI11 does not say what stood there.
std::string describe(const CLI::App& verb, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = verb.remaining();
  const bool lacks_verb = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  if (lacks_verb && !unknown.empty()) return "there is no '" + unknown.front() + "', only 'run'";
  return error.what();
}

int usage_error(const CLI::App& verb, const CLI::ParseError& error) {
  const std::string name = verb.get_name();
  say(describe(verb, error) + "; see 'cooper " + (name == "cooper" ? "" : name + ' ') + "--help'");
  constexpr int kUsage = 125;
  return kUsage;
}

int print(const std::string& text) {
  write_all(FdRef(STDOUT_FILENO), text, "stdout");
  return 0;
}

}  // namespace

int cooper(int argc, char** argv) try {
  tidy_descriptors();
  CLI::App app("Runs containers, by nothing but the kernel's own calls", "cooper");
  RunOptions options;
  app.add_option("--state", options.state, "directory of running containers")
      ->envname("COOPER_STATE")
      ->type_name("DIR");
  app.add_option("--root", options.store, "directory of unpacked images")
      ->envname("COOPER_ROOT")
      ->type_name("DIR");
  app.set_version_flag("--version", "cooper 0.1.0");
  CLI::App* verb = add_run(app, options);
  app.require_subcommand(1);
  try {
    std::vector<std::string> given(argv + 1, argv + argc);
    std::vector<std::string> marked = split_at_mark(*verb, given);
    app.parse(std::vector<std::string>(given.rbegin(), given.rend()));  // as CLI11 wants them
    options.words = command_words(*verb, std::move(marked));
  } catch (const CLI::CallForHelp&) {
    return print((verb->parsed() ? verb : &app)->help());
  } catch (const CLI::CallForVersion& version) {
    return print(std::string(version.what()) + '\n');
  } catch (const CLI::ParseError& error) {
    return usage_error(verb->parsed() ? *verb : app, error);
  }
  return run(options);
} catch (const std::exception& error) {
  const Report report = explain(error);
  say(report);
  return report.status;
}

}  // namespace toolkit
