#include "toolkit/course/workshop.hpp"

#include "toolkit/test/test.hpp"

using toolkit::course::Author;
using toolkit::course::Built;
using toolkit::course::CompileError;
using toolkit::course::read_compile_error;
using toolkit::course::Tree;
using toolkit::test::TempDir;

namespace {

/// A clone with one lab, and the flags for it.
class Clone {
 public:
  Clone() {
    scratch_.file("toolkit/kernel/fd.hpp", "");
    scratch_.file("toolkit/lab/todo.hpp", "");
    scratch_.file(
        "build/labs/flags/04-uts.json",
        "{\"source\": \"" + scratch_.path() + "\", \"build\": \"" + scratch_.at("build") +
            "\", \"compiler\": \"/usr/bin/c++\", \"compile\": [\"-std=c++20\", \"-Wall\", "
            "\"-Werror\"], \"learner\": [\"-Wno-error\"], \"link\": []}");
  }
  void write(const std::string& name, const std::string& text) const { scratch_.file(name, text); }
  [[nodiscard]] std::string at(const std::string& name) const { return scratch_.at(name); }
  [[nodiscard]] Built compile(const std::string& folder = "labs/04-uts",
                              Author author = Author::learner) const {
    const Tree tree{.source = scratch_.path(), .build = scratch_.at("build")};
    return toolkit::course::compile(tree, {.number = "04", .name = "04-uts", .files = {"uts.cpp"}},
                                    scratch_.at(folder),
                                    program_of(tree, {.number = "04", .name = "04-uts"}), author);
  }

 private:
  TempDir scratch_;
};

constexpr const char* kProgram = "#include <cstdio>\nint main() { std::puts(__builtin_FILE()); }\n";

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("workshop: the first error of the compiler is read") {
    const auto error =
        read_compile_error("/c/labs/04-uts/uts.cpp:17:3: error: 'x' was not declared");
    REQUIRE(error);
    CHECK(error->file == "/c/labs/04-uts/uts.cpp");
    CHECK(error->line == 17);
    CHECK(error->text == "'x' was not declared");
    CHECK(read_compile_error("a.cpp:1:10: fatal error: b.hpp: No such file or directory")->text ==
          "b.hpp: No such file or directory");
  }

  TEST_CASE("workshop: the first error of the linker is read") {
    const auto error =
        read_compile_error("/usr/bin/ld: /c/uts.cpp:17: undefined reference to `f()'");
    REQUIRE(error);
    CHECK(error->file == "/c/uts.cpp");
    CHECK(error->line == 17);
    CHECK(error->text == "undefined reference to `f()'");
    const auto early = read_compile_error(
        "/usr/bin/ld: /tmp/x.o: in function `main': uts.cpp:(.text+0x9): undefined reference to "
        "`f'");
    REQUIRE(early);
    CHECK(early->file.empty());
  }

  TEST_CASE("workshop: warnings and notes are no errors") {
    CHECK_FALSE(read_compile_error("uts.cpp:17:3: warning: unused variable 'x'"));
    CHECK_FALSE(read_compile_error("uts.cpp: In function 'int main()':"));
  }
}

TEST_SUITE("tool") {
  TEST_CASE("workshop: a program is compiled, and not again before something changes") {
    const Clone clone;
    clone.write("labs/04-uts/uts.cpp", kProgram);
    const Built first = clone.compile();
    REQUIRE_FALSE(first.error);
    CHECK(first.seconds > 0);
    CHECK(first.program == clone.at("build/labs/04-uts"));
    CHECK(toolkit::test::run({first.program}).status == 0);
    CHECK(clone.compile().seconds == 0);
    clone.write("toolkit/lab/todo.hpp", "// changed\n");
    CHECK(clone.compile().seconds > 0);
    clone.write("labs/04-uts/uts.cpp", std::string(kProgram) + "// changed\n");
    CHECK(clone.compile().seconds > 0);
  }

  TEST_CASE("workshop: a program that somebody else replaced is compiled again") {
    const Clone clone;
    clone.write("labs/04-uts/uts.cpp", kProgram);
    CHECK_FALSE(clone.compile().error);
    clone.write("build/labs/04-uts", "not a program");
    CHECK(clone.compile().seconds > 0);
  }

  TEST_CASE("workshop: an error names the learner's file, its line and what stands there") {
    const Clone clone;
    clone.write("labs/04-uts/uts.cpp", kProgram);
    CHECK_FALSE(clone.compile().error);
    clone.write("copy/uts.cpp", "int main() {\n  frobnicate();\n}\n");
    const Built built = clone.compile("copy");
    REQUIRE(built.error);
    CHECK(built.error->file == "labs/04-uts/uts.cpp");
    CHECK(built.error->line == 2);
    CHECK(built.error->text == "'frobnicate' was not declared in this scope");
    CHECK(built.error->source_line == "frobnicate();");
    CHECK_FALSE(std::filesystem::exists(built.program));  // what lay there is of another source
  }

  TEST_CASE("workshop: a function that is nowhere is an error too") {
    const Clone clone;
    clone.write("labs/04-uts/uts.cpp", "void f();\nint main() { f(); }\n");
    const Built built = clone.compile();
    REQUIRE(built.error);
    CHECK(built.error->text == "undefined reference to `f()'");
  }

  TEST_CASE("workshop: a warning is an error of the course's own files, and told of a learner's") {
    const Clone clone;
    clone.write("labs/04-uts/uts.cpp", "int main() {\n  int unused;\n}\n");
    for (int again = 0; again < 2; ++again) {
      const Built built = clone.compile();
      CHECK_FALSE(built.error);
      REQUIRE(built.warnings.size() == 1);
      CHECK(built.warnings[0].file == "labs/04-uts/uts.cpp");
      CHECK(built.warnings[0].line == 2);
      CHECK(built.warnings[0].text == "unused variable 'unused' [-Wunused-variable]");
    }
    CHECK(clone.compile("labs/04-uts", Author::course).error);
  }

  TEST_CASE("workshop: a copy elsewhere is named as the learner knows it") {
    const Clone clone;
    clone.write("copy/uts.cpp", kProgram);
    CHECK(toolkit::test::run({clone.compile("copy").program}).out == "labs/04-uts/uts.cpp\n");
  }
}
