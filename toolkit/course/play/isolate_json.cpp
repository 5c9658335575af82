#include <nlohmann/json.hpp>

#include "toolkit/course/play/stage.hpp"
#include "toolkit/course/play/table.hpp"

namespace toolkit::course {

std::string to_json(const std::vector<Seen>& steps) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Seen& seen : steps) {
    const Stage& stage = kStages.at(seen.stage);
    nlohmann::ordered_json sees = nlohmann::ordered_json::object();
    for (std::size_t row = 0; row < kRows.size(); ++row) {
      sees[kRows.at(row).key] = seen.after.at(row);
    }
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const std::size_t row : changed(seen.before, seen.after)) {
      rows.push_back(kRows.at(row).key);
    }
    list.push_back({{"step", seen.stage},
                    {"name", stage.name},
                    {"lab", stage.lab},
                    {"does", stage.does},
                    {"sees", sees},
                    {"changed", rows}});
  }
  return list.dump(2) + "\n";
}

}  // namespace toolkit::course
