#include "toolkit/course/lab_flags.hpp"

#include <stdexcept>

#include "toolkit/test/test.hpp"

using toolkit::course::LabFlags;
using toolkit::course::parse_lab_flags;
using toolkit::course::read_lab_flags;

namespace {

constexpr std::string_view kJson = R"({
  "source": "/a", "build": "/a/build", "launcher": ["ccache"], "compiler": "/usr/bin/c++",
  "compile": ["-I/a", "-include", "/a/build/pch.hxx", "-fmacro-prefix-map=/a/="],
  "learner": ["-Wno-error"],
  "link": ["/a/build/lib.a"]
})";

using Words = std::vector<std::string>;

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("lab flags: what CMake wrote is read") {
    const LabFlags flags = parse_lab_flags(kJson, {.source = "/a", .build = "/a/build"});
    CHECK(flags.launcher == Words{"ccache"});
    CHECK(flags.compiler == "/usr/bin/c++");
    CHECK(flags.compile ==
          Words{"-I/a", "-include", "/a/build/pch.hxx", "-fmacro-prefix-map=/a/="});
    CHECK(flags.learner == Words{"-Wno-error"});
    CHECK(flags.link == Words{"/a/build/lib.a"});
  }

  TEST_CASE("lab flags: a tree that was moved is named as it lies now") {
    const LabFlags flags = parse_lab_flags(kJson, {.source = "/a/b", .build = "/c"});
    CHECK(flags.compile == Words{"-I/a/b", "-include", "/c/pch.hxx", "-fmacro-prefix-map=/a/b/="});
    CHECK(flags.link == Words{"/c/lib.a"});
  }

  TEST_CASE("lab flags: a file that is no such record is named") {
    const toolkit::test::TempDir build;
    const std::string file = build.file("labs/flags/04-uts.json", "{}");
    CHECK_THROWS_WITH_AS(
        read_lab_flags({.source = "/a", .build = build.path()}, {.number = "04", .name = "04-uts"}),
        doctest::Contains(file.c_str()), std::runtime_error);
  }
}
