#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace toolkit::course {

enum class Colour : std::uint8_t { no, yes };
enum class Charset : std::uint8_t { ascii, utf8 };

/// How a text must look where it goes: how wide, with which means.
struct Look {
  std::size_t width = 80;  ///< columns
  Colour colour = Colour::no;
  Charset charset = Charset::utf8;
};

/// What decides a look, gathered in one place so that choosing it is pure.
struct LookFacts {
  bool is_terminal = false;
  std::size_t terminal_columns = 0;  ///< 0: unknown
  std::string columns = {};          ///< $COLUMNS
  std::string no_color = {};         ///< $NO_COLOR, see https://no-color.org
  std::string term = {};             ///< $TERM
  std::string codeset = {};          ///< of the locale, see nl_langinfo(3)
  std::string locale_name = {};      ///< what LC_ALL, LC_CTYPE or LANG asks for
};

/// Widths are kept between 40 and 100 columns: longer lines are hard to read.
Look choose_look(const LookFacts& facts);

/// The look that stdout wants.
Look look_of_stdout();

}  // namespace toolkit::course
