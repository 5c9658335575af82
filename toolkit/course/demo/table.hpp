#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolkit/course/demo/sight.hpp"

namespace toolkit::course {

/// The two sights side by side, a line each with the lab that teaches it; 80 columns. Pure.
std::string side_by_side(const Sight& host, const std::optional<Sight>& container);

/// What is different because the container was started without root, and why; a line each.
std::vector<std::string> rootless_notes(const Sight& container);

}  // namespace toolkit::course
