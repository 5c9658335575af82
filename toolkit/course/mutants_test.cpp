#include "toolkit/course/mutants.hpp"

#include <stdexcept>

#include "toolkit/test/test.hpp"

using toolkit::course::apply_mutant;
using toolkit::course::Mutant;
using toolkit::course::occurrences;
using toolkit::course::parse_mutants;

namespace {

constexpr std::string_view kSource = R"(void f() {
  bind(rootfs, rootfs);
  if (a) {
    b();
  }
  b();
}
)";

Mutant change(const std::string& find, const std::string& replace) {
  return {.name = "m",
          .why = "",
          .file = "f.cpp",
          .find = find,
          .replace = replace,
          .caught_by = "03.3",
          .hint = "pivot-busy"};
}

std::string yaml(const std::string& name, const std::string& replace) {
  return "- name: " + name +
         "\n  why: w\n  file: f.cpp\n  find: |-\n    a;\n    b;\n  replace: " + replace +
         "\n  caught_by: \"03.3\"\n  hint: pivot-busy\n";
}

std::string fault(const std::string& text) {
  try {
    static_cast<void>(parse_mutants(text, "mutants.yaml"));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("mutants: a list is read") {
    const auto mutants = parse_mutants(yaml("forgets-bind", "|-") + yaml("other", "c;"), "m");
    REQUIRE(mutants.size() == 2);
    CHECK(mutants[0].name == "forgets-bind");
    CHECK(mutants[0].find == "a;\nb;");
    CHECK(mutants[0].replace.empty());
    CHECK(mutants[0].caught_by == "03.3");
    CHECK(mutants[1].replace == "c;");
  }

  TEST_CASE("mutants: what stands once is replaced") {
    const auto mutated = apply_mutant(change("bind(rootfs, rootfs);", ""), kSource);
    REQUIRE(mutated);
    CHECK(mutated->starts_with("void f() {\n  \n  if (a)"));
  }

  TEST_CASE("mutants: lines are found at the indent they stand at, and replaced at it") {
    const auto mutated = apply_mutant(change("if (a) {\n  b();\n}", "c();\nd();"), kSource);
    REQUIRE(mutated);
    CHECK(*mutated == "void f() {\n  bind(rootfs, rootfs);\n  c();\n  d();\n  b();\n}\n");
    const auto whole = apply_mutant(change("  if (a) {\n    b();\n  }\n", ""), kSource);
    REQUIRE(whole);
    CHECK(*whole == "void f() {\n  bind(rootfs, rootfs);\n  b();\n}\n");
  }

  TEST_CASE("mutants: what stands nowhere, or twice, is no mutant") {
    CHECK(occurrences(kSource, "b();") == 2);
    CHECK_FALSE(apply_mutant(change("b();", "c();"), kSource));
    CHECK(occurrences(kSource, "x();") == 0);
    CHECK_FALSE(apply_mutant(change("x();", "c();"), kSource));
    CHECK(occurrences(kSource, "if (a) {\n  c();") == 0);
  }

  TEST_CASE("mutants: a fault of the file is told with its line") {
    CHECK(fault(yaml("a", "|-\n    a;\n    b;")) == "mutants.yaml:7: replace: it changes nothing");
    CHECK(fault(yaml("A b", "")) ==
          "mutants.yaml:1: name: a name is of small letters, digits and dashes");
    CHECK(fault(yaml("a", "") + yaml("a", "")) ==
          "mutants.yaml:10: name: a second mutant of this name");
    CHECK(fault("- name: a\n") == "mutants.yaml:1: why: it is missing");
    CHECK(fault("- naem: a\n").starts_with("mutants.yaml:1: no key 'naem' here"));
  }
}
