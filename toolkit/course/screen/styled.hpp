#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/course/screen/look.hpp"

namespace toolkit::course {

enum class Ink : std::uint8_t { none, red, green, yellow, cyan };

struct Style {
  bool bold = false;
  bool dim = false;
  bool underlined = false;
  Ink ink = Ink::none;
  bool operator==(const Style&) const = default;
};

/// May a line end at a blank of a span?
enum class Blanks : std::uint8_t { breakable, kept };

/// A piece of a line in one style. A newline in it ends the line.
struct Span {
  std::string text = {};
  Style style = {};
  Blanks blanks = Blanks::breakable;
};
using Line = std::vector<Span>;

std::size_t columns(const Line& line);

/// A word that is longer than a line: told whole, as a path wants it, or cut, as a column of a table.
enum class LongWords : std::uint8_t { kept, cut };

/// Lines of at most that width, broken at blanks. A text without words is one empty line.
std::vector<Line> wrap(const Line& line, std::size_t width, LongWords long_words = LongWords::kept);

/// Puts one thing before the first of some lines and another before all others.
std::vector<Line> prefixed(const std::vector<Line>& lines, const Span& first, const Span& others);

/// Fills up with blanks to that width.
Line padded(Line line, std::size_t width);

/// The line as bytes for a terminal, its newline included; blanks at the end are left out.
std::string paint(const Line& line, Colour colour);
std::string paint(const std::vector<Line>& lines, Colour colour);

/// Left and right at the two edges; the right one goes to a line of its own where both do not fit.
std::vector<Line> justified(const Line& left, const Line& right, std::size_t width);

}  // namespace toolkit::course
