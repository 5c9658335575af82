#include "toolkit/course/screen/look.hpp"

#include <doctest/doctest.h>

namespace toolkit::course {
namespace {

TEST_SUITE("unit") {
  TEST_CASE("look: a terminal's own width counts, then COLUMNS, then eighty") {
    CHECK(choose_look({.terminal_columns = 60, .columns = "70"}).width == 60);
    CHECK(choose_look({.columns = "70"}).width == 70);
    CHECK(choose_look({.columns = "wide"}).width == 80);
    CHECK(choose_look({.columns = "0"}).width == 80);
    CHECK(choose_look({}).width == 80);
  }

  TEST_CASE("look: no width is too narrow to lay out or too wide to read") {
    CHECK(choose_look({.terminal_columns = 3}).width == 40);
    CHECK(choose_look({.terminal_columns = 300}).width == 100);
  }

  TEST_CASE("look: colour is for terminals that want it") {
    CHECK(choose_look({.is_terminal = true, .term = "xterm"}).colour == Colour::yes);
    CHECK(choose_look({.is_terminal = false, .term = "xterm"}).colour == Colour::no);
    CHECK(choose_look({.is_terminal = true, .no_color = "1"}).colour == Colour::no);
    CHECK(choose_look({.is_terminal = true, .term = "dumb"}).colour == Colour::no);
  }

  TEST_CASE("look: the locale decides on UTF-8") {
    CHECK(choose_look({.codeset = "UTF-8"}).charset == Charset::utf8);
    CHECK(choose_look({.codeset = "ANSI_X3.4-1968"}).charset == Charset::ascii);
  }

  TEST_CASE("look: a locale that is not installed still names what the terminal knows") {
    CHECK(choose_look({.locale_name = "de_DE.UTF-8"}).charset == Charset::utf8);
    CHECK(choose_look({.locale_name = "de_DE.utf8"}).charset == Charset::utf8);
    CHECK(choose_look({.locale_name = "de_DE"}).charset == Charset::ascii);
  }
}

}  // namespace
}  // namespace toolkit::course
