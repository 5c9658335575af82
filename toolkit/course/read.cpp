#include "toolkit/course/read.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/learn/pager.hpp"
#include "toolkit/course/markdown.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {

int read(const Tree& tree, const ReadOptions& options) {
  const Catalogue catalogue = read_catalogue(tree.source);
  const Lab& lab = find_lab(catalogue, tree.source, options.lab, std::filesystem::current_path());
  const std::filesystem::path guide = tree.source / lab.folder() / "README.md";
  if (!std::filesystem::exists(guide)) {
    throw std::runtime_error(fmt::format("{} has no guide: {} is missing", lab.name,
                                         (lab.folder() / "README.md").string()));
  }
  show(render_markdown(read_file(guide), look_of_stdout(), lab.folder()));
  return 0;
}

}  // namespace toolkit::course
