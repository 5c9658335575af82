#include "toolkit/course/yaml.hpp"

#include <stdexcept>

#include "toolkit/test/test.hpp"

using toolkit::course::parse_yaml_map;
using toolkit::course::parse_yaml_maps;

namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kLab = R"(title: a name
minutes: 30
files: [uts.cpp, more.cpp]
contract: "uts [--hostname NAME]"
steps:
  - id: "04.1"
  - id: 04.2
)";

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("yaml: texts, numbers and lists are read") {
    const auto map = parse_yaml_map(kLab, "lab.yaml");
    CHECK(map.text("title") == "a name");
    CHECK(map.text("contract") == "uts [--hostname NAME]");
    CHECK(map.text("milestone", "none") == "none");
    CHECK(map.number("minutes") == 30);
    CHECK(map.list("files") == Words{"uts.cpp", "more.cpp"});
    CHECK(map.list("needs").empty());
    CHECK(map.maps("steps").at(1).text("id") == "04.2");
  }

  TEST_CASE("yaml: a text of lines keeps them") {
    const auto maps =
        parse_yaml_maps("- find: |-\n    a\n      b\n  replace: |-\n- find: c\n", "m");
    REQUIRE(maps.size() == 2);
    CHECK(maps[0].text("find") == "a\n  b");
    CHECK(maps[0].text("replace").empty());
  }

  TEST_CASE("yaml: an empty file is an empty list") { CHECK(parse_yaml_maps("", "m").empty()); }

  TEST_CASE("yaml: what is wrong is told in one line, with its place") {
    const auto map = parse_yaml_map(kLab, "labs/04-uts/lab.yaml");
    CHECK_THROWS_WITH_AS(static_cast<void>(map.text("concept")),
                         "labs/04-uts/lab.yaml:1: concept: it is missing", std::runtime_error);
    CHECK_THROWS_WITH_AS(static_cast<void>(map.number("title")),
                         "labs/04-uts/lab.yaml:1: title: a number is expected, not 'a name'",
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(static_cast<void>(map.list("contract")),
                         "labs/04-uts/lab.yaml:4: contract: a list is expected",
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(static_cast<void>(map.text("files")),
                         "labs/04-uts/lab.yaml:3: files: a text is expected", std::runtime_error);
    CHECK_THROWS_WITH_AS(map.expect_only({"title", "minutes", "files", "steps"}),
                         "labs/04-uts/lab.yaml:4: no key 'contract' here; known are: title minutes "
                         "files steps",
                         std::runtime_error);
  }

  TEST_CASE("yaml: a file that is no YAML, and a key given twice, are told with their line") {
    CHECK_THROWS_WITH_AS(parse_yaml_map("a: 1\nb: [", "f"), doctest::Contains("f:2: "),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(parse_yaml_map("a: 1\nb: 2\na: 3\n", "f"), "f:3: a second 'a'",
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(parse_yaml_map("- a\n", "f"), "f:1: a mapping is expected here",
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(parse_yaml_maps("a: 1\n", "f"), "f:1: a list is expected here",
                         std::runtime_error);
  }
}
