#include "toolkit/course/markdown/table.hpp"

#include <algorithm>

namespace toolkit::course {
namespace {

constexpr std::size_t kGap = 2;

Line aligned(const Line& line, std::size_t width, Align align) {
  const std::size_t used = columns(line);
  const std::size_t free = width > used ? width - used : 0;
  const std::size_t before = align == Align::right    ? free
                             : align == Align::centre ? free / 2
                                                      : std::size_t{0};
  Line result = padded({}, before);
  result.insert(result.end(), line.begin(), line.end());
  return padded(std::move(result), width);
}

/// The lines of one row, all columns side by side.
std::vector<Line> lay_out_row(const std::vector<TableCell>& row,
                              const std::vector<std::size_t>& widths) {
  std::vector<Line> result;
  std::size_t at = 0;
  for (std::size_t column = 0; column < widths.size(); ++column) {
    const TableCell cell = column < row.size() ? row[column] : TableCell{};
    const std::vector<Line> wrapped = wrap(cell.text, widths[column], LongWords::cut);
    if (result.size() < wrapped.size()) result.resize(wrapped.size());
    for (std::size_t i = 0; i < wrapped.size(); ++i) {
      Line& line = result[i];
      line = padded(std::move(line), at);
      const Line part = aligned(wrapped[i], widths[column], cell.align);
      line.insert(line.end(), part.begin(), part.end());
    }
    at += widths[column] + kGap;
  }
  return result;
}

bool is_empty(const std::vector<TableCell>& row) {
  return std::all_of(row.begin(), row.end(),
                     [](const TableCell& cell) { return columns(cell.text) == 0; });
}

}  // namespace

std::vector<std::size_t> fit_columns(const std::vector<std::size_t>& wanted, std::size_t room) {
  std::vector<std::size_t> widths = wanted;
  // The lowest ceiling under which all fit: what is narrower than its share leaves room to others.
  std::vector<std::size_t> ascending = wanted;
  std::sort(ascending.begin(), ascending.end());
  std::size_t left = room;
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    const std::size_t sharers = ascending.size() - i;
    if (ascending[i] * sharers > left) {
      const std::size_t share = std::max<std::size_t>(left / sharers, 1);
      for (std::size_t& width : widths) width = std::min(width, share);
      // What the division left over goes to the first that can use it.
      std::size_t rest = left > share * sharers ? left - share * sharers : 0;
      for (std::size_t column = 0; column < widths.size() && rest > 0; ++column) {
        if (widths[column] == wanted[column]) continue;
        ++widths[column];
        --rest;
      }
      break;
    }
    left -= ascending[i];
  }
  return widths;
}

std::vector<Line> lay_out_table(const std::vector<std::vector<TableCell>>& rows, std::size_t width,
                                const std::string& rule) {
  std::vector<std::size_t> wanted;
  for (const std::vector<TableCell>& row : rows) {
    if (wanted.size() < row.size()) wanted.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      wanted[i] = std::max(wanted[i], columns(row[i].text));
    }
  }
  if (wanted.empty()) return {};
  const std::size_t gaps = kGap * (wanted.size() - 1);
  const std::vector<std::size_t> widths = fit_columns(wanted, width > gaps ? width - gaps : 0);
  std::vector<Line> result;
  std::size_t before = 1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<Line> row = lay_out_row(rows[i], widths);
    if (i == 0 && is_empty(rows[i])) continue;
    // Rows of several lines need something around them to be told apart.
    if (i > 1 && (before > 1 || row.size() > 1)) result.emplace_back();
    before = row.size();
    result.insert(result.end(), row.begin(), row.end());
    if (i > 0) continue;
    std::string below;
    for (const std::size_t column : widths) {
      if (!below.empty()) below += std::string(kGap, ' ');
      for (std::size_t dash = 0; dash < column; ++dash) below += rule;
    }
    result.push_back({{below, {.dim = true}}});
  }
  return result;
}

}  // namespace toolkit::course
