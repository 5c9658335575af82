#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::course {

/// How many letters must be added, removed, replaced, or swapped with their neighbour to turn one
/// word into the other (the "optimal string alignment" distance).
std::size_t distance(std::string_view a, std::string_view b);

/// The known word that was probably meant: at most a third of its letters differ.
std::optional<std::string> suggest(std::string_view typed, const std::vector<std::string>& known);

}  // namespace toolkit::course
