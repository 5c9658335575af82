#include "toolkit/course/reset.hpp"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "toolkit/course/keep.hpp"
#include "toolkit/course/learn/session.hpp"
#include "toolkit/course/starter.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

/// The starter's files, by name: made of the solution; where that is not in the clone, as they were made
/// when the course was built.
std::map<std::string, std::string> starter_of(const Session& session) {
  if (has_solution(session.tree, session.lab)) return derive_starters(session.tree, session.lab);
  std::map<std::string, std::string> files;
  for (const std::string& name : session.lab.files) {
    const fs::path built = starters_of(session.tree, session.lab) / name;
    if (!fs::exists(built)) {
      throw std::runtime_error(fmt::format("the starter is made of {}, which is not in this clone",
                                           (session.lab.solution() / name).string()));
    }
    files[name] = read_file(built);
  }
  return files;
}

/// As one would type it from the clone.
std::string shortened(const fs::path& path, const Tree& tree) {
  const fs::path relative = path.lexically_relative(tree.source);
  return relative.empty() || relative.native().starts_with("..") ? path.string()
                                                                 : relative.string();
}

}  // namespace

int reset(const Tree& tree, const ResetOptions& options) {
  const Session session = open_session(tree, options.lab);
  bool changed = false;
  bool any = false;
  const std::map<std::string, std::string> starter = starter_of(session);
  for (const auto& [name, text] : starter) {
    const fs::path file = session.folder() / name;
    any = any || fs::exists(file);
    changed = changed || !fs::exists(file) || read_file(file) != text;
  }
  if (!changed) {
    fmt::print("{} is the starter already\n", session.lab.folder().string());
    return 0;
  }
  if (any) {
    const fs::path kept =
        keep_version(session.state, session.lab, session.folder(), "before-reset", time_stamp());
    fmt::print("your version is kept in {}\n", shortened(kept, tree));
  }
  for (const auto& [name, text] : starter) {
    write_whole(session.folder() / name, text);
    fmt::print("{} is the starter again\n", (session.lab.folder() / name).string());
  }
  return 0;
}

}  // namespace toolkit::course
