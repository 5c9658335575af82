#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/play/playground.hpp"
#include "toolkit/course/play/verbs.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

/// Arguments that fit a program's contract: the probe as its command.
std::vector<std::string> default_arguments(const std::string& contract) {
  std::vector<std::string> words;
  const bool has_root = contract.find("--rootfs") != std::string::npos;
  if (has_root) words = {"--rootfs", "/w/rootfs"};
  if (contract.find("--]") != std::string::npos) words.emplace_back("--");
  words.emplace_back(has_root ? "/probe" : "/w/probe");
  return words;
}

/// The root of a machine that a check made, and that is gone: "/w/r7f3ab".
bool is_root_of_check(const std::string& word) {
  constexpr std::string_view kPrefix = "/w/r";
  constexpr std::size_t kLetters = 5;
  return word.starts_with(kPrefix) && word.size() == kPrefix.size() + kLetters &&
         std::all_of(word.begin() + kPrefix.size(), word.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0; });
}

std::string told(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + shell_quote(word);
  return text;
}

}  // namespace

int run_program(const Tree& tree, const RunOptions& options) {
  const Catalogue catalogue = read_catalogue(tree.source);
  const Lab& lab = find_lab(catalogue, tree.source, options.lab, std::filesystem::current_path());
  const Playground playground(tree, compiled_program(tree, lab), lab.program);
  Command command{.program = "/w/" + lab.program, .words = options.arguments};
  if (command.words.empty()) command.words = default_arguments(lab.contract);
  for (const std::string& word : command.words) {
    if (is_root_of_check(word)) playground.make_rootfs(word);
  }
  command.words.insert(command.words.begin(), lab.program);
  if (options.arguments.empty()) fmt::print(stderr, "$ {}\n", told(command.words));
  if (options.keep == Keep::no) return playground.attend(command);
  fmt::print(stderr,
             "A shell on the machine of your program, which runs beside it: {}\n"
             "All of it ends with this shell.\n",
             told(command.words));
  return playground.attend(shell_command(), command);
}

}  // namespace toolkit::course
