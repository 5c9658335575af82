#include "toolkit/course/screen/styled.hpp"

#include <doctest/doctest.h>

namespace toolkit::course {
namespace {

std::string text_of(const std::vector<Line>& lines) { return paint(lines, Colour::no); }

constexpr Style kBold{.bold = true};

TEST_SUITE("unit") {
  TEST_CASE("screen: a line is broken at blanks, and runs of them are one") {
    CHECK(text_of(wrap({{"one  two three"}}, 7)) == "one two\nthree\n");
    CHECK(text_of(wrap({{"one two three"}}, 80)) == "one two three\n");
  }

  TEST_CASE("screen: a line may be as wide as the width, no column more") {
    CHECK(text_of(wrap({{"12345 789"}}, 9)) == "12345 789\n");
    CHECK(text_of(wrap({{"12345 7890"}}, 9)) == "12345\n7890\n");
  }

  TEST_CASE("screen: columns are counted, not bytes") {
    CHECK(text_of(wrap({{"äöü äöü"}}, 7)) == "äöü äöü\n");
  }

  TEST_CASE("screen: a word in two styles is one word") {
    CHECK(text_of(wrap({{"see pivot"}, {"_root", kBold}, {", then"}}, 11)) ==
          "see\npivot_root,\nthen\n");
  }

  TEST_CASE("screen: a span may keep its blanks") {
    const Line line{{"type "}, {"ls -l /", {}, Blanks::kept}, {" now"}};
    CHECK(text_of(wrap(line, 10)) == "type\nls -l /\nnow\n");
  }

  TEST_CASE("screen: a newline ends a line") {
    CHECK(text_of(wrap({{"one\ntwo three"}}, 80)) == "one\ntwo three\n");
  }

  TEST_CASE("screen: a long word stays whole where it is to be copied") {
    CHECK(text_of(wrap({{"see /proc/self/mountinfo there"}}, 10)) ==
          "see\n/proc/self/mountinfo\nthere\n");
  }

  TEST_CASE("screen: in a column of a table a long word is cut") {
    CHECK(text_of(wrap({{"see 1234567890 x"}}, 4, LongWords::cut)) == "see\n1234\n5678\n90 x\n");
  }

  TEST_CASE("screen: nothing is one empty line") { CHECK(text_of(wrap({}, 10)) == "\n"); }

  TEST_CASE("screen: styles are painted where there is colour") {
    const Line line{{"a "}, {"b c", {.bold = true, .ink = Ink::red}}, {" d"}};
    CHECK(paint(line, Colour::yes) == "a \033[1;31mb c\033[0m d\n");
    CHECK(paint(line, Colour::no) == "a b c d\n");
    CHECK(paint(wrap(line, 80), Colour::yes) == "a \033[1;31mb c\033[0m d\n");
  }

  TEST_CASE("screen: blanks at the end are left out") {
    CHECK(paint(padded({{"a"}}, 10), Colour::no) == "a\n");
  }

  TEST_CASE("screen: the first line and the others have their own prefix") {
    CHECK(text_of(prefixed(wrap({{"one two"}}, 3), {"- "}, {"  "})) == "- one\n  two\n");
  }

  TEST_CASE("screen: left and right stand at the edges, or under each other") {
    CHECK(text_of(justified({{"left"}}, {{"right"}}, 12)) == "left   right\n");
    CHECK(text_of(justified({{"left"}}, {{"right"}}, 10)) == "left\n     right\n");
    CHECK(text_of(justified({{"left"}}, {}, 10)) == "left\n");
  }
}

}  // namespace
}  // namespace toolkit::course
