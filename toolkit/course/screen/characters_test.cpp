#include "toolkit/course/screen/characters.hpp"

#include <doctest/doctest.h>

namespace toolkit::course {
namespace {

TEST_SUITE("unit") {
  TEST_CASE("screen: a letter of several bytes is one column") {
    CHECK(columns("uts") == 3);
    CHECK(columns("┌──┐") == 4);
    CHECK(columns("✗ größer") == 8);
  }

  TEST_CASE("screen: a combining mark takes no column, a wide letter two") {
    CHECK(columns("e\u0301") == 1);
    CHECK(columns("컨테이너") == 8);
  }

  TEST_CASE("screen: a byte that is no UTF-8 is one column") { CHECK(columns("a\xff\xc3") == 3); }

  TEST_CASE("screen: a text is cut between letters") {
    CHECK(bytes_within("größer", 3) == 4);
    CHECK(bytes_within("컨테", 3) == 3);
    CHECK(bytes_within("컨테", 1) == 3);  // at least one
    CHECK(bytes_within("ab", 7) == 2);
  }

  TEST_CASE("screen: what a terminal would obey is shown") {
    CHECK(harmless("\033[2Jgone\a") == "\\x1b[2Jgone\\x07");
    CHECK(harmless("two\nlines\t") == "two\\x0alines\\x09");
    CHECK(harmless("\x7f") == "\\x7f");
  }

  TEST_CASE("screen: control characters above ASCII are shown, too") {
    CHECK(harmless("\u009b2J") == "\\xc2\\x9b2J");
    CHECK(harmless("\u202egnp.exe") == "\\xe2\\x80\\xaegnp.exe");
  }

  TEST_CASE("screen: bytes that are no UTF-8 are shown, letters around them stay") {
    CHECK(harmless("ä\xff✓\xe2\x9c") == "ä\\xff✓\\xe2\\x9c");
  }

  TEST_CASE("screen: ASCII stands in for what a terminal lacks") {
    CHECK(to_ascii("a → b … ┌─┐ │ ✓ ✗ “x”") == "a -> b ... +-+ | + x \"x\"");
    CHECK(to_ascii("컨\xff") == "??");
  }
}

}  // namespace
}  // namespace toolkit::course
