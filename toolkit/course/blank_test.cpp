#include "toolkit/course/blank.hpp"

#include "toolkit/test/test.hpp"

using toolkit::course::blank_literals;

TEST_SUITE("unit") {
  TEST_CASE("blank: code stays as it is") {
    CHECK(blank_literals("if (a) { b(); }\n") == "if (a) { b(); }\n");
  }

  TEST_CASE("blank: comments, strings and characters become blanks") {
    CHECK(blank_literals("a; // {\nb") == "a;     \nb");
    CHECK(blank_literals("a /* {\n} */ b") == "a     \n     b");
    CHECK(blank_literals("f(\"{\\\"}\") }") == "f(      ) }");
    CHECK(blank_literals("c = '}'; d = '\\''; }") == "c =    ; d =     ; }");
  }

  TEST_CASE("blank: a raw string ends at its own mark") {
    CHECK(blank_literals("R\"x(a)\" {)x\" }") == "             }");
  }

  TEST_CASE("blank: a mark between digits opens nothing") {
    CHECK(blank_literals("n = 1'000 + 0xff'ff; {") == "n = 1'000 + 0xff'ff; {");
  }

  TEST_CASE("blank: what is not closed reaches to the end, or to the end of its line") {
    CHECK(blank_literals("/* {") == "    ");
    CHECK(blank_literals("\"{\n}") == "  \n}");
    CHECK(blank_literals("R\"(") == "   ");
    CHECK(blank_literals("R\"") == "  ");
    CHECK(blank_literals("\"\\") == "  ");
  }
}
