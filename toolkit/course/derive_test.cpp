#include "toolkit/course/derive.hpp"

#include <stdexcept>

#include "toolkit/test/test.hpp"

using toolkit::course::derive_starter;
using toolkit::course::find_steps;

namespace {

std::string derived(std::string_view solution) {
  return derive_starter(solution, "04", "solutions/04-uts/uts.cpp");
}

/// Does deriving fail with this line?
bool fails(std::string_view solution, const std::string& what) {
  try {
    derived(solution);
  } catch (const std::runtime_error& error) {
    if (error.what() == "solutions/04-uts/uts.cpp:" + what) return true;
    MESSAGE(error.what());
  }
  return false;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("derive: a step reaches to the end of its block") {
    CHECK(derived(R"(void f() {
  given();
  // step 04.1: a namespace of its own
  if (a) {
    b();
  }
  c();
}
void g() {}
)") == R"(void f() {
  given();
  // TODO(04.1): a namespace of its own
  toolkit::todo("04.1");
}
void g() {}
)");
  }

  TEST_CASE("derive: a step that is written stays as it is") {
    const std::string solution =
        "void f() {\n  // step 04.1: a\n  a();\n}\nvoid g() {\n  // step 04.2: b\n  b();\n}\n";
    CHECK(derive_starter(solution, "04", "x.cpp", {"04.1"}) ==
          "void f() {\n  // step 04.1: a\n  a();\n}\n"
          "void g() {\n  // TODO(04.2): b\n  toolkit::todo(\"04.2\");\n}\n");
    CHECK(derive_starter(solution, "04", "x.cpp", {"04.1", "04.2"}) == solution);
  }

  TEST_CASE("derive: two steps, one of them in a lambda") {
    CHECK(derived(R"(void f() {
  spawn([&]() -> int {
    // step 04.2: the name
    return 1;
  });
  {
    // step 04.10: the rest
    x();
  }
}
)") == R"(void f() {
  spawn([&]() -> int {
    // TODO(04.2): the name
    toolkit::todo("04.2");
  });
  {
    // TODO(04.10): the rest
    toolkit::todo("04.10");
  }
}
)");
  }

  TEST_CASE("derive: braces in strings and comments end no block") {
    CHECK(derived("void f() {\n  // step 04.1: a\n  g(\"}\");  // }\n  h('}');\n}\n") ==
          "void f() {\n  // TODO(04.1): a\n  toolkit::todo(\"04.1\");\n}\n");
  }

  TEST_CASE("derive: what marks no step stays") {
    const std::string source = "// step by step, 04.1: no\nvoid f() {}  // step 04.1: no\n";
    CHECK(derived(source) == source);
  }

  TEST_CASE("derive: the steps are known with their lines") {
    const auto steps =
        find_steps("void f() {\n  // step 04.1: what to do\n  a();\n}\n", "04", "uts.cpp");
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].id == "04.1");
    CHECK(steps[0].what == "what to do");
    CHECK(steps[0].line == 2);
  }

  TEST_CASE("derive: a mark that is wrong is told with its line") {
    CHECK(fails("void f() {\n  // step 4.2: x\n  a();\n}\n",
                "2: a step is marked by '// step 04.1: what to do'"));
    CHECK(fails("void f() {\n  // step 04.2 x\n  a();\n}\n",
                "2: a step is marked by '// step 04.1: what to do'"));
    CHECK(fails("// step 04.2: x\nint a;\n", "1: step 04.2 stands in no block"));
    CHECK(fails("void f() {\n  // step 04.2: x\n}\n", "2: step 04.2 has no lines of its own"));
    CHECK(fails("void f() {\n  // step 04.2: x\n  // only a word\n\n}\n",
                "2: step 04.2 has no lines of its own"));
    CHECK(
        fails("void f() {\n  // step 04.2: x\n  a(); }\n", "2: step 04.2 has no lines of its own"));
    CHECK(fails("void f() {\n  // step 04.2: x\n  a();\n  b(); }\n",
                "2: step 04.2 shares a line with the brace that ends it"));
  }

  TEST_CASE("derive: steps neither nest nor come twice") {
    CHECK(
        fails("void f() {\n  // step 04.1: x\n  if (a) {\n    // step 04.2: y\n    b();\n  }\n}\n",
              "4: step 04.2 begins inside step 04.1"));
    CHECK(fails(
        "void f() {\n  // step 04.1: x\n  a();\n}\nvoid g() {\n  // step 04.1: y\n  b();\n}\n",
        "6: step 04.1 was marked before, in line 2"));
  }

  TEST_CASE("derive: what is to be done fits in a line") {
    const std::string what(90, 'x');
    CHECK(fails("void f() {\n  // step 04.1: " + what + "\n  a();\n}\n",
                "2: what is to be done in step 04.1 is too long: 107 columns"));
  }
}
