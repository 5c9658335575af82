#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "toolkit/kernel/users.hpp"

namespace toolkit {

/// A map file of /proc/PID as the kernel prints it.
std::vector<IdMap> parse_map_file(std::string_view text);

/// Who an id of a user namespace is outside of it, and whether somebody outside is anybody in it.
std::optional<std::uint32_t> outside_of(const std::vector<IdMap>& map, std::uint32_t inside);
bool has_outside(const std::vector<IdMap>& map, std::uint32_t outside);
bool has_inside(const std::vector<IdMap>& map, std::uint32_t inside);
/// Is every id the same number inside and outside?
bool is_identity(const std::vector<IdMap>& map);

/// The ids that a caller may give are the outer ones of `given`. Throws std::runtime_error with the
/// option for the first line of `wanted` whose outer ids lie not in one of them.
void require_given(const char* option, const std::vector<IdMap>& wanted,
                   const std::vector<IdMap>& given);

/// Of the map that makes a caller root, with ranges for the others, the one in which `own` stays what it
/// is and root is the first of the ranges. Empty where there are no ranges.
std::vector<IdMap> keep_id(const std::vector<IdMap>& as_root, std::uint32_t own);

}  // namespace toolkit
