#include "toolkit/course/chosen_labs.hpp"

#include <set>

namespace toolkit::course {

std::vector<Lab> chosen_labs(const Tree& tree, const std::vector<std::string>& words) {
  const Catalogue catalogue = read_catalogue(tree.source);
  std::set<std::string> names;
  for (const std::string& word : words) {
    names.insert(find_lab(catalogue, tree.source, word, std::filesystem::current_path()).name);
  }
  std::vector<Lab> chosen;
  for (const Lab& lab : catalogue.labs) {
    if (words.empty() || names.contains(lab.name)) chosen.push_back(lab);
  }
  return chosen;
}

}  // namespace toolkit::course
