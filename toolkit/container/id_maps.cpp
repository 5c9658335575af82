#include "toolkit/container/id_maps.hpp"

#include <algorithm>
#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit {

std::vector<IdMap> parse_map_file(std::string_view text) {
  std::vector<IdMap> map;
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> fields = words(line);
    if (fields.size() != 3) continue;
    // Who has no number here is 4294967295, which parse_id() takes for none.
    const auto inside = parse_number(fields[0]);
    const auto outside = parse_number(fields[1]);
    const auto count = parse_number(fields[2]);
    if (!inside || !outside || !count) continue;
    map.push_back({.inside = static_cast<std::uint32_t>(*inside),
                   .outside = static_cast<std::uint32_t>(*outside),
                   .count = static_cast<std::uint32_t>(*count)});
  }
  return map;
}

std::optional<std::uint32_t> outside_of(const std::vector<IdMap>& map, std::uint32_t inside) {
  for (const IdMap& line : map) {
    if (inside >= line.inside && inside - line.inside < line.count) {
      return line.outside + (inside - line.inside);
    }
  }
  return {};
}

bool has_outside(const std::vector<IdMap>& map, std::uint32_t outside) {
  return std::any_of(map.begin(), map.end(), [outside](const IdMap& line) {
    return outside >= line.outside && outside - line.outside < line.count;
  });
}

bool has_inside(const std::vector<IdMap>& map, std::uint32_t inside) {
  return outside_of(map, inside).has_value();
}

bool is_identity(const std::vector<IdMap>& map) {
  return std::all_of(map.begin(), map.end(),
                     [](const IdMap& line) { return line.inside == line.outside; });
}

void require_given(const char* option, const std::vector<IdMap>& wanted,
                   const std::vector<IdMap>& given) {
  for (const IdMap& line : wanted) {
    const bool is_given = std::any_of(given.begin(), given.end(), [&line](const IdMap& range) {
      return line.outside >= range.outside && line.outside - range.outside < range.count &&
             line.count <= range.count - (line.outside - range.outside);
    });
    if (is_given) continue;
    const std::uint32_t last = line.outside + (line.count - 1);
    throw std::runtime_error(
        std::string(option) + ": " + std::to_string(line.outside) +
        (line.count == 1 ? " is no id" : " to " + std::to_string(last) + " are no ids") +
        " that you may give: these are your own, and the ranges of /etc/subuid and /etc/subgid");
  }
}

std::vector<IdMap> keep_id(const std::vector<IdMap>& as_root, std::uint32_t own) {
  std::vector<IdMap> map;
  std::uint32_t next = 0;
  for (std::size_t i = 1; i < as_root.size(); ++i) {
    IdMap range = as_root[i];
    if (next < own) {
      const std::uint32_t below = std::min(range.count, own - next);
      map.push_back({.inside = next, .outside = range.outside, .count = below});
      next += below;
      range.outside += below;
      range.count -= below;
    }
    if (next == own) ++next;
    if (range.count == 0) continue;
    map.push_back({.inside = next, .outside = range.outside, .count = range.count});
    next += range.count;
  }
  if (!map.empty()) map.push_back({.inside = own, .outside = as_root.front().outside, .count = 1});
  return map;
}

}  // namespace toolkit
