#include "toolkit/course/screen/look.hpp"

#include <langinfo.h>
#include <locale.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit::course {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The name of the locale that is asked for; the order is that of locale(7).
std::string asked_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = environment(name);
    if (!value.empty()) return value;
  }
  return {};
}

/// Asks for no locale of the whole program: only this question needs one.
std::string codeset_of_locale() {
  const locale_t asked = ::newlocale(LC_CTYPE_MASK, "", nullptr);
  if (asked == nullptr) return {};
  std::string codeset = ::nl_langinfo_l(CODESET, asked);
  ::freelocale(asked);
  return codeset;
}

/// A locale that is asked for and not installed still says what the terminal understands.
bool names_utf8(const std::string& locale) {
  return locale.find("UTF-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

}  // namespace

Look choose_look(const LookFacts& facts) {
  constexpr std::size_t kNarrowest = 40;
  constexpr std::size_t kWidest = 100;
  constexpr std::size_t kUnknown = 80;
  std::size_t width = facts.terminal_columns;
  if (width == 0) width = parse_number(facts.columns).value_or(kUnknown);
  if (width == 0) width = kUnknown;
  const bool utf8 =
      facts.codeset.empty() ? names_utf8(facts.locale_name) : facts.codeset == "UTF-8";
  const bool colour = facts.is_terminal && facts.no_color.empty() && facts.term != "dumb";
  return {.width = std::clamp(width, kNarrowest, kWidest),
          .colour = colour ? Colour::yes : Colour::no,
          .charset = utf8 ? Charset::utf8 : Charset::ascii};
}

Look look_of_stdout() {
  const FdRef out(STDOUT_FILENO);
  const std::optional<winsize> size = window_size(out);
  return choose_look({.is_terminal = is_terminal(out),
                      .terminal_columns = size ? size->ws_col : std::size_t{0},
                      .columns = environment("COLUMNS"),
                      .no_color = environment("NO_COLOR"),
                      .term = environment("TERM"),
                      .codeset = codeset_of_locale(),
                      .locale_name = asked_locale()});
}

}  // namespace toolkit::course
