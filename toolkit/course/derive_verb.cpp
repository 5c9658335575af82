#include "toolkit/course/derive_verb.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

#include "toolkit/course/chosen_labs.hpp"
#include "toolkit/course/keep.hpp"
#include "toolkit/course/progress.hpp"
#include "toolkit/course/starter.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

/// Writes the starters that are missing or other; what a learner may have written is kept first.
void write_over(const Tree& tree, const Lab& lab) {
  for (const auto& [file, text] : derive_starters(tree, lab)) {
    const fs::path name = lab.folder() / file;
    if (standing_of(tree, name, text) == Standing::derived) {
      fmt::print("{} is as it is derived\n", name.native());
      continue;
    }
    if (fs::exists(tree.source / name)) {
      const fs::path copy = keep_version(state_of(tree), lab, tree.source / lab.folder(),
                                         "before-derive", time_stamp());
      fmt::print("{} is written; what stood there is in {}\n", name.native(), copy.native());
    } else {
      fmt::print("{} is written\n", name.native());
    }
    write_whole(tree.source / name, text);
  }
}

int compare(const Tree& tree, const Lab& lab) {
  int different = 0;
  for (const auto& [file, text] : derive_starters(tree, lab)) {
    const fs::path name = lab.folder() / file;
    switch (standing_of(tree, name, text)) {
      case Standing::derived:
        fmt::print("{} is as it is derived\n", name.native());
        break;
      case Standing::committed:
        fmt::print("{} was edited; as committed it is as it is derived\n", name.native());
        break;
      case Standing::differs:
        fmt::print("{} is not what {} derives to: ./lab derive {}\n", name.native(),
                   (lab.solution() / file).native(), lab.number);
        ++different;
    }
  }
  return different;
}

}  // namespace

int derive(const Tree& tree, const DeriveOptions& options) {
  const char* ci = std::getenv("CI");
  const bool is_ci = ci != nullptr && std::string_view(ci) == "true";
  if (options.what == Derive::check && !is_ci && fs::exists(tree.source / ".lab")) {
    fmt::print(
        "SKIPPED: somebody learns in this tree: it has .lab; CI=true compares all the same\n");
    return 0;
  }
  int different = 0;
  for (const Lab& lab : chosen_labs(tree, options.labs)) {
    if (!has_solution(tree, lab)) {
      if (options.what != Derive::build) {
        fmt::print("SKIPPED: {} has no solution here\n", lab.name);
      }
    } else if (options.what == Derive::build) {
      write_starters(tree, lab);
    } else if (options.what == Derive::write) {
      write_over(tree, lab);
    } else {
      different += compare(tree, lab);
    }
  }
  return different == 0 ? 0 : 1;
}

}  // namespace toolkit::course
