#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolkit::course {

/// How many columns a terminal gives to a text: none for a combining mark, two for a wide letter, one
/// for a byte that is no UTF-8. See wcwidth(3).
std::size_t columns(std::string_view text);

/// How many bytes of a text fit into so many columns; at least one character, so that who cuts gets on.
std::size_t bytes_within(std::string_view text, std::size_t width);

/// Shows what a terminal would obey instead of print as `\xNN`, byte by byte: control characters, also
/// those above 0x7f, marks that turn the direction of writing, and bytes that are no UTF-8.
std::string harmless(std::string_view text);

/// The nearest text of ASCII alone, for a terminal that knows no more; "?" where there is none.
std::string to_ascii(std::string_view text);

}  // namespace toolkit::course
