#include "toolkit/course/list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "toolkit/course/catalogue.hpp"

namespace toolkit::course {
namespace {

const Lab& lab_called(const Catalogue& catalogue, const std::string& name) {
  return *std::find_if(catalogue.labs.begin(), catalogue.labs.end(),
                       [&](const Lab& lab) { return lab.name == name; });
}

}  // namespace

int list(const Tree& tree, const ListOptions& /*options*/) {
  const Catalogue catalogue = read_catalogue(tree.source);
  for (const Part& part : catalogue.parts) {
    fmt::print("{}. {}\n", part.letter, part.title);
    for (const std::string& name : part.labs) {
      const Lab& lab = lab_called(catalogue, name);
      fmt::print("  {:<18}{} ({} minutes)\n", lab.name, lab.title, lab.minutes);
    }
  }
  return 0;
}

}  // namespace toolkit::course
