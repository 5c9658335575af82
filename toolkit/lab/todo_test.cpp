#include "toolkit/lab/todo.hpp"

#include <string_view>

#include "toolkit/test/test.hpp"

using toolkit::NotWritten;
using toolkit::todo;

TEST_SUITE("unit") {
  TEST_CASE("todo: says which step is missing, and where") {
    CHECK_THROWS_WITH_AS(todo("04.2", "labs/04-uts/uts.cpp", 55),
                         "labs/04-uts/uts.cpp:55: step 04.2 is not written yet", NotWritten);
  }

  TEST_CASE("todo: names the place by itself, from the top of the clone") {
    std::string said;
    try {
      todo("04.1");
    } catch (const NotWritten& error) {
      said = error.what();
    }
    CHECK(said.ends_with("toolkit/lab/todo_test.cpp:19: step 04.1 is not written yet"));
  }
}
