#include "toolkit/course/diff.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "toolkit/course/learn/pager.hpp"
#include "toolkit/course/learn/session.hpp"
#include "toolkit/course/lines_of.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

/// What diff(1) says of two files; empty when they are the same.
std::string difference(const Session& session, const std::string& name, Colour colour) {
  const fs::path yours = session.lab.folder() / name;
  const fs::path ours = session.lab.solution() / name;
  if (!fs::exists(session.tree.source / ours)) {
    throw std::runtime_error(fmt::format("{} is not in this clone", ours.string()));
  }
  std::string text;
  const ExitStatus ended = lines_of(
      {"diff", "-u", "-N", colour == Colour::yes ? "--color=always" : "--color=never", "--label",
       yours, "--label", ours, session.tree.source / yours, session.tree.source / ours},
      [&](std::string_view line) { text.append(line).append("\n"); });
  if (ended.shell_code() > 1) {
    throw std::runtime_error(fmt::format("diff ended with {}", ended.shell_code()));
  }
  return text;
}

}  // namespace

int diff(const Tree& tree, const DiffOptions& options) {
  const Session session = open_session(tree, options.lab);
  const Lab& lab = session.lab;
  const LabProgress known = read_progress(session.state)[lab.name];
  const bool may_look = !known.completed.empty() || known.solution == Solution::given_up;
  if (!may_look && options.solution == Solution::hidden) {
    fmt::print(stderr,
               "lab: {} has not passed yet; ./lab diff {} --give-up shows the solution anyway, and "
               "notes it\n",
               lab.name, lab.number);
    return 1;
  }
  std::string text;
  for (const std::string& name : lab.files) {
    text += difference(session, name, look_of_stdout().colour);
  }
  if (!may_look) {
    update_progress(session.state, lab.name,
                    [](LabProgress& noted) { noted.solution = Solution::given_up; });
  }
  if (text.empty()) text = "Yours is the solution, letter by letter.\n";
  const fs::path walk_through = lab.solution() / "README.md";
  if (fs::exists(tree.source / walk_through)) {
    text += fmt::format("\nThe solution's walk-through is {}.\n", walk_through.string());
  }
  show(text);
  return 0;
}

}  // namespace toolkit::course
