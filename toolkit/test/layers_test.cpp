#include "toolkit/test/layers.hpp"

#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/test.hpp"

using toolkit::test::HouseRules;
using toolkit::test::parse_house_rules;
using toolkit::test::parse_includes;
using toolkit::test::TempDir;
using toolkit::test::violations;

namespace {

constexpr std::string_view kRules = R"(
## Layers
| folder | may include |
|---|---|
| `container/` | `image/` `kernel/` |
| `check/` | `kernel/` |
| `image/` | `kernel/` |
| `kernel/` | |

## Tests
| folder | used by |
|---|---|
| `test/` | `*_test.cpp` |

## `kernel/`
| module | level | what |
|---|---|---|
| `error` | 0 | |
| `fd` | 1 | |
| `text` | 1 | |
| `mount` | 2 | |
| `rootfs` | 2 | |

## Named exceptions
- `rootfs` `mount`: what it is made of

## Heavy headers
| header | not in |
|---|---|
| `iostream` `regex` | `kernel/` |

## Libraries
| header | only in |
|---|---|
| `CLI/` | `toolkit/cooper/options.cpp` |
| `archive.h` | `toolkit/image/unpack.*` `toolkit/image/tar.hpp` |
)";

/// A small tree that holds to the rules; a test plants one violation in it.
class House {
 public:
  House() {
    for (const char* module : {"error", "fd", "text", "mount"}) {
      write(std::string("toolkit/kernel/") + module + ".hpp", "");
    }
    write("toolkit/kernel/rootfs.hpp", "#include \"toolkit/kernel/mount.hpp\"\n");
  }
  void write(const std::string& path, const std::string& text) const {
    tree_.file(path, path.ends_with(".hpp") ? "#pragma once\n" + text : text);
  }
  /// Writes one file and tells what the rules say of the tree then.
  [[nodiscard]] std::vector<std::string> with(const std::string& path,
                                              const std::string& text) const {
    write(path, text);
    return violations(tree_.path(), parse_house_rules(kRules));
  }
  [[nodiscard]] std::vector<std::string> as_is(std::string_view rules) const {
    return violations(tree_.path(), parse_house_rules(rules));
  }

 private:
  TempDir tree_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("layers: this tree holds to the rules of toolkit/README.md") {
    const std::string tree = COOPERAGE_SOURCE;
    const HouseRules rules = parse_house_rules(toolkit::read_file(tree + "/toolkit/README.md"));
    REQUIRE(rules.below.contains("kernel"));
    REQUIRE(rules.levels.contains("fd"));
    for (const std::string& violation : violations(tree, rules)) FAIL_CHECK(violation);
  }

  TEST_CASE("layers: a tree that holds to the rules has no violations") {
    CHECK(House().as_is(kRules).empty());
  }

  TEST_CASE("layers: a file includes no higher layer") {
    CHECK(House().with("toolkit/image/layer.cpp", "#include \"toolkit/container/plan.hpp\"\n") ==
          Lines{"toolkit/image/layer.cpp:1: image/ includes toolkit/container/plan.hpp: not a "
                "lower layer"});
  }

  TEST_CASE("layers: what checks shares no code with what it checks") {
    CHECK(
        House().with("toolkit/check/run.cpp", "\n#include \"toolkit/image/layer.hpp\"\n") ==
        Lines{
            "toolkit/check/run.cpp:2: check/ includes toolkit/image/layer.hpp: not a lower layer"});
    CHECK(House().with("toolkit/check/run.cpp", "#include \"toolkit/kernel/fd.hpp\"\n").empty());
  }

  TEST_CASE("layers: a lab's check is judged, and what learners write is not") {
    const std::string text = "#include \"toolkit/image/layer.hpp\"\n";
    const std::string rules = std::string(kRules) + "\n## Layers\n| `labs/` | `check/` |\n";
    const House house;
    house.write("labs/04-uts/uts.cpp", text);
    CHECK(house.as_is(rules).empty());
    house.write("labs/04-uts/check.cpp", text);
    CHECK(house.as_is(rules) ==
          Lines{"labs/04-uts/check.cpp:1: labs/ includes toolkit/image/layer.hpp: not a lower "
                "layer"});
  }

  TEST_CASE("layers: inside kernel a file includes no equal level") {
    CHECK(House().with("toolkit/kernel/text.cpp", "#include \"toolkit/kernel/fd.hpp\"\n") ==
          Lines{"toolkit/kernel/text.cpp:1: toolkit/kernel/fd.hpp is of level 1, not below 1, and "
                "no named "
                "exception"});
  }

  TEST_CASE("layers: a named exception holds in one direction") {
    CHECK(House()
              .with("toolkit/kernel/mount.cpp", "#include \"toolkit/kernel/rootfs.hpp\"\n")
              .size() == 1);
  }

  TEST_CASE("layers: an exception that nothing needs is a violation") {
    const House house;
    CHECK(house.with("toolkit/kernel/rootfs.hpp", "") ==
          Lines{"toolkit/README.md: nothing needs the exception of rootfs mount"});
  }

  TEST_CASE("layers: a module without a line and a line without a module are violations") {
    CHECK(House().with("toolkit/kernel/tty.hpp", "") ==
          Lines{"toolkit/README.md: no line for kernel/tty"});
    const std::string more = std::string(kRules) + "\n## `kernel/`\n| `ns` | 1 | |\n";
    CHECK(House().as_is(more) ==
          Lines{"toolkit/README.md: a line for kernel/ns, which is not there"});
  }

  TEST_CASE("layers: a folder without a table of modules needs no lines") {
    CHECK(House().with("toolkit/image/layer.hpp", "").empty());
  }

  TEST_CASE("layers: a folder that is no layer is a violation") {
    CHECK(House().with("toolkit/utils/misc.cpp", "") ==
          Lines{"toolkit/utils/misc.cpp:1: its folder is no layer of toolkit/README.md"});
  }

  TEST_CASE("layers: only tests include what serves tests") {
    const std::string text = "#include \"toolkit/test/test.hpp\"\n";
    CHECK(House().with("toolkit/kernel/fd_test.cpp", text).empty());
    CHECK(House().with("toolkit/kernel/fd.cpp", text).size() == 1);
  }

  TEST_CASE("layers: heavy headers stay out of kernel but not out of its tests") {
    CHECK(House().with("toolkit/kernel/fd.cpp", "#include <regex>\n") ==
          Lines{"toolkit/kernel/fd.cpp:1: <regex> is too heavy for kernel/"});
    CHECK(House().with("toolkit/kernel/fd_test.cpp", "#include <regex>\n").empty());
    CHECK(House().with("toolkit/image/layer.cpp", "#include <regex>\n").empty());
  }

  TEST_CASE("layers: a library is included where the table allows it and nowhere else") {
    CHECK(House().with("toolkit/image/unpack.cpp", "#include <archive.h>\n").empty());
    CHECK(House().with("toolkit/image/layer.cpp", "#include <archive.h>\n") ==
          Lines{"toolkit/image/layer.cpp:1: <archive.h> does not belong in this file"});
    CHECK(House().with("toolkit/image/layer.cpp", "#include <boost/any.hpp>\n") ==
          Lines{"toolkit/image/layer.cpp:1: <boost/any.hpp> is no library of toolkit/README.md"});
  }

  TEST_CASE("layers: a public header includes no library") {
    const Lines found = House().with("toolkit/image/unpack.hpp", "#include <archive.h>\n");
    CHECK(found.front() == "toolkit/image/unpack.hpp:2: <archive.h> stands in a public header");
    CHECK(House().with("toolkit/image/tar.hpp", "#include <archive.h>\n").size() ==
          House().with("toolkit/image/tar.hpp", "").size());  // named by its whole path
  }

  TEST_CASE("layers: an include is named from the top of the tree") {
    CHECK(House().with("toolkit/kernel/fd.cpp", "#include \"fd.hpp\"\n") ==
          Lines{"toolkit/kernel/fd.cpp:1: fd.hpp is not named from the top of the tree"});
  }

  TEST_CASE("layers: a header opens with pragma once") {
    const House house;
    const TempDir elsewhere;
    CHECK(violations(elsewhere.path(), HouseRules{}).empty());
    elsewhere.file("toolkit/kernel/fd.hpp", "namespace toolkit {}\n");
    CHECK(violations(elsewhere.path(), parse_house_rules("## Layers\n| `kernel/` | |\n")).front() ==
          "toolkit/kernel/fd.hpp:1: a header opens with #pragma once");
  }

  TEST_CASE("layers: a file of 301 lines is an alarm and one of 300 is none") {
    std::string text;
    for (int line = 0; line < 300; ++line) text += "\n";
    CHECK(House().with("toolkit/kernel/fd.cpp", text).empty());
    CHECK(House().with("toolkit/kernel/fd.cpp", text + "\n") ==
          Lines{"toolkit/kernel/fd.cpp:301: 301 lines, more than 300: split it by noun"});
  }

  TEST_CASE("layers: includes are found however they are spaced") {
    const auto found = parse_includes(
        "#include <a>\n  #  include \"b\"  // why\n// #include <c>\n#define include\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "a");
    CHECK(found[1].name == "b");
    CHECK(found[1].line == 2);
    CHECK(found[1].quoted);
  }
}
