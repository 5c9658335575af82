#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/play/playground.hpp"
#include "toolkit/course/play/verbs.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit::course {
namespace {

/// The lab that is named, or whose folder we are in; without either there is none.
std::optional<Lab> chosen_lab(const Tree& tree, const std::string& word) {
  const Catalogue catalogue = read_catalogue(tree.source);
  const std::filesystem::path here = std::filesystem::current_path();
  if (!word.empty()) return find_lab(catalogue, tree.source, word, here);
  for (const Lab& lab : catalogue.labs) {
    const std::string folder = tree.source / lab.folder();
    if (here == folder || here.native().starts_with(folder + "/")) return lab;
  }
  return {};
}

/// A program that can't be compiled keeps nobody from a shell.
Playground open_playground(const Tree& tree, const std::optional<Lab>& lab) {
  if (!lab) return Playground(tree);
  std::string program;
  try {
    program = compiled_program(tree, *lab);
  } catch (const std::runtime_error& error) {
    fmt::print(stderr, "lab: {}; the machine has no /w/{}\n", error.what(), lab->program);
  }
  return Playground(tree, program, lab->program);
}

void introduce(const Playground& playground, const std::optional<Lab>& lab) {
  fmt::print("A machine to throw away: you are root in it, and all of it ends with this shell.\n");
  if (lab && playground.machine().exists("/w/" + lab->program)) {
    fmt::print("  /w/{:<9}your program\n", lab->program);
  }
  fmt::print("  /w/rootfs   a root filesystem{}\n  /w/probe    tells what it sees\n",
             playground.has_busybox() ? "" : ", without programs: there is no static busybox here");
  std::fflush(stdout);
}

}  // namespace

int shell(const Tree& tree, const ShellOptions& options) {
  const std::optional<Lab> lab = chosen_lab(tree, options.lab);
  const Playground playground = open_playground(tree, lab);
  if (is_terminal(FdRef(STDIN_FILENO))) introduce(playground, lab);
  return playground.attend(shell_command());
}

}  // namespace toolkit::course
