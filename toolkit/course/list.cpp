#include "toolkit/course/list.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace toolkit::course {
namespace {

const Lab& lab_called(const Catalogue& catalogue, const std::string& name) {
  return *std::find_if(catalogue.labs.begin(), catalogue.labs.end(),
                       [&](const Lab& lab) { return lab.name == name; });
}

/// "done", "3 of 9 checks", or how long it may take.
std::string standing(const Lab& lab, const Progress& progress) {
  const auto found = progress.find(lab.name);
  if (found == progress.end() || found->second.last.empty()) {
    return fmt::format("{} minutes", lab.minutes);
  }
  const LabProgress& known = found->second;
  const bool skipped =
      std::any_of(known.last.begin(), known.last.end(), [&](const checks::Result& result) {
        return result.verdict == checks::Verdict::skip && !known.passed.contains(result.id);
      });
  if (!known.completed.empty() && !skipped) return "done";
  const auto passed = std::count_if(
      known.last.begin(), known.last.end(),
      [](const checks::Result& result) { return result.verdict == checks::Verdict::pass; });
  return fmt::format("{} of {} checks{}", passed, known.last.size(),
                     skipped ? ", others skipped" : "");
}

}  // namespace

std::string list_text(const Catalogue& catalogue, const Progress& progress) {
  std::size_t name_width = 0;
  std::size_t title_width = 0;
  for (const Lab& lab : catalogue.labs) {
    name_width = std::max(name_width, lab.name.size());
    title_width = std::max(title_width, lab.title.size());
  }
  std::string text;
  for (const Part& part : catalogue.parts) {
    text += fmt::format("{}{}. {}\n", text.empty() ? "" : "\n", part.letter, part.title);
    for (const std::string& name : part.labs) {
      const Lab& lab = lab_called(catalogue, name);
      text += fmt::format("  {:<{}}  {:<{}}  {}\n", lab.name, name_width, lab.title, title_width,
                          standing(lab, progress));
    }
  }
  return text;
}

int list(const Tree& tree, const ListOptions& options) {
  const Catalogue catalogue = read_catalogue(tree.source);
  const Progress progress = read_progress(state_of(tree));
  fmt::print("{}", options.form == Form::json ? list_json(catalogue, progress)
                                              : list_text(catalogue, progress));
  return 0;
}

}  // namespace toolkit::course
