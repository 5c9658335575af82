#include "toolkit/course/starter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "toolkit/course/derive.hpp"
#include "toolkit/course/keep.hpp"
#include "toolkit/course/lines_of.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

/// A file as it was committed last; empty where that can't be told.
std::string committed(const Tree& tree, const fs::path& file) {
  if (!fs::exists(tree.source / ".git")) return {};
  std::string text;
  try {
    // Under sudo the clone is somebody else's; git is told that this is meant.
    const ExitStatus ended = lines_of(
        {"git", "-c", "safe.directory=" + tree.source.native(), "-C", tree.source, "show",
         "HEAD:" + file.native()},
        [&](std::string_view line) { text.append(line).append("\n"); }, Stderr::among_lines);
    return ended.shell_code() == 0 ? text : "";
  } catch (const SystemError&) {
    return {};  // no git here
  }
}

}  // namespace

bool has_solution(const Tree& tree, const Lab& lab) {
  return std::all_of(lab.files.begin(), lab.files.end(), [&](const std::string& file) {
    return fs::exists(tree.source / lab.solution() / file);
  });
}

std::map<std::string, std::string> derive_starters(const Tree& tree, const Lab& lab,
                                                   const std::vector<std::string>& written) {
  std::map<std::string, std::string> starters;
  std::size_t steps = 0;
  for (const std::string& file : lab.files) {
    const fs::path name = lab.solution() / file;
    const std::string solution = read_file(tree.source / name);
    starters[file] = derive_starter(solution, lab.number, name, written);
    steps += find_steps(solution, lab.number, name).size();
  }
  if (steps == 0)
    throw std::runtime_error(fmt::format("{}: no step is marked", lab.solution().native()));
  return starters;
}

std::vector<std::string> steps_of(const Tree& tree, const Lab& lab) {
  std::vector<std::string> ids;
  for (const std::string& file : lab.files) {
    const fs::path name = lab.solution() / file;
    for (const StepRegion& step : find_steps(read_file(tree.source / name), lab.number, name)) {
      ids.push_back(step.id);
    }
  }
  // "04.10" comes after "04.9".
  std::sort(ids.begin(), ids.end(), [](const std::string& one, const std::string& other) {
    return std::pair(one.size(), one) < std::pair(other.size(), other);
  });
  return ids;
}

fs::path starters_of(const Tree& tree, const Lab& lab) {
  return tree.build / "starters" / lab.name;
}

void write_starters(const Tree& tree, const Lab& lab) {
  for (const auto& [file, text] : derive_starters(tree, lab)) {
    const fs::path path = starters_of(tree, lab) / file;
    if (!fs::exists(path) || read_file(path) != text) write_whole(path, text);
  }
}

Standing standing_of(const Tree& tree, const fs::path& file, const std::string& starter) {
  const fs::path path = tree.source / file;
  if (fs::exists(path) && read_file(path) == starter) return Standing::derived;
  return committed(tree, file) == starter ? Standing::committed : Standing::differs;
}

}  // namespace toolkit::course
