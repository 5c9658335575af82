#include "toolkit/course/learn/standing.hpp"

#include <algorithm>

namespace toolkit::course {

LabStanding lab_standing(const std::vector<LabStanding>& standings, const std::string& lab) {
  const auto found = std::find_if(standings.begin(), standings.end(),
                                  [&](const LabStanding& standing) { return standing.lab == lab; });
  return found == standings.end() ? LabStanding{.lab = lab} : *found;
}

const Lab* where_to_go(const Catalogue& catalogue, const std::vector<LabStanding>& standings,
                       const std::string& last) {
  const auto is_open = [&](const Lab& lab) { return !lab_standing(standings, lab.name).done; };
  const std::vector<Lab>& labs = catalogue.labs;
  const auto at =
      std::find_if(labs.begin(), labs.end(), [&](const Lab& lab) { return lab.name == last; });
  auto next = std::find_if(at, labs.end(), is_open);
  if (next == labs.end()) next = std::find_if(labs.begin(), labs.end(), is_open);
  return next == labs.end() ? nullptr : &*next;
}

}  // namespace toolkit::course
