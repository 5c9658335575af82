#include "toolkit/course/read.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/learn/pager.hpp"
#include "toolkit/course/markdown.hpp"
#include "toolkit/course/progress.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

/// Passed, or given up: the solution is no secret any more.
bool may_see_solution(const Tree& tree, const Lab& lab) {
  const Progress progress = read_progress(state_of(tree));
  const auto known = progress.find(lab.name);
  return known != progress.end() &&
         (!known->second.completed.empty() || known->second.solution == Solution::given_up);
}

}  // namespace

std::string without_solution(const std::string& guide, const Lab& lab) {
  std::string kept;
  bool fenced = false;
  bool hidden = false;
  for (const std::string_view line : lines(guide)) {
    if (line.starts_with("```")) fenced = !fenced;
    if (!fenced && line.starts_with("## ")) {
      hidden = line.starts_with("## Promoted to the toolkit");
      if (hidden) {
        kept += fmt::format(
            "{}\n\nThis section quotes the solution. It is shown once the lab has passed; "
            "`./lab read {} --all` shows it now.\n\n",
            line, lab.number);
      }
    }
    if (!hidden) kept.append(line).push_back('\n');
  }
  return kept;
}

int read(const Tree& tree, const ReadOptions& options) {
  const Catalogue catalogue = read_catalogue(tree.source);
  const Lab& lab = find_lab(catalogue, tree.source, options.lab, std::filesystem::current_path());
  const std::filesystem::path guide = tree.source / lab.folder() / "README.md";
  if (!std::filesystem::exists(guide)) {
    throw std::runtime_error(fmt::format("{} has no guide: {} is missing", lab.name,
                                         (lab.folder() / "README.md").string()));
  }
  std::string text = read_file(guide);
  if (options.promoted == Promoted::once_passed && !may_see_solution(tree, lab)) {
    text = without_solution(text, lab);
  }
  show(render_markdown(text, look_of_stdout(), lab.folder()));
  return 0;
}

}  // namespace toolkit::course
