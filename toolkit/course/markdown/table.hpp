#pragma once

#include <cstddef>
#include <vector>

#include "toolkit/course/markdown/document.hpp"
#include "toolkit/course/screen/styled.hpp"

namespace toolkit::course {

struct TableCell {
  Line text = {};
  Align align = Align::left;
};

/// How wide columns become: what they want, if the table fits; else the widest ones give.
std::vector<std::size_t> fit_columns(const std::vector<std::size_t>& wanted, std::size_t room);

/// A table as lines of at most that width; the first row is its head, `rule` is drawn below.
std::vector<Line> lay_out_table(const std::vector<std::vector<TableCell>>& rows, std::size_t width,
                                const std::string& rule);

}  // namespace toolkit::course
