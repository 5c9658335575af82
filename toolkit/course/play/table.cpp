#include "toolkit/course/play/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "toolkit/course/play/stage.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {

std::string step_table(std::size_t stage, const View& before, const View& after) {
  const Stage& step = kStages.at(stage);
  std::string text =
      fmt::format("{} of {}  {}: {}\n", stage, kStages.size() - 1, step.name, step.does);
  const std::vector<std::size_t> marked = changed(before, after);
  for (std::size_t row = 0; row < kRows.size(); ++row) {
    const bool is_new = std::find(marked.begin(), marked.end(), row) != marked.end();
    const std::string value = printable(after.at(row));
    text += is_new ? fmt::format("  * {:<20}{:<30}lab {}\n", kRows.at(row).what, value, step.lab)
                   : fmt::format("    {:<20}{}\n", kRows.at(row).what, value);
  }
  return text;
}

}  // namespace toolkit::course
