#include <filesystem>
#include <fstream>

#include "toolkit/image/layer.hpp"
#include "toolkit/image/test_layers.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT
namespace fs = std::filesystem;

namespace {

/// What a careless unpacker does: it believes every path.
void unpack_naively(const std::string& root, const std::string& layer) {
  TarReader reader(source_of(layer));
  while (const auto entry = reader.next()) {
    const std::string path = root + "/" + entry->path;
    if (entry->type == EntryType::symlink) fs::create_symlink(entry->target, path);
    if (entry->type == EntryType::file) {
      std::ofstream out(path, std::ios::binary);
      reader.read_content([&](std::int64_t, std::string_view data) { out << data; });
    }
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("hostile layer: the canary notices a careless unpacker") {
    const TempDir temp;
    fs::create_directory(temp.at("root"));
    temp.file("canary/secret", "do not touch");
    SUBCASE("by a path that climbs") {
      unpack_naively(temp.at("root"), test::tar({file("../canary/secret", "owned")}));
    }
    SUBCASE("by a link of an earlier layer") {
      unpack_naively(temp.at("root"), test::tar({soft_link("link", temp.at("canary"))}));
      unpack_naively(temp.at("root"), test::tar({file("link/secret", "owned")}));
    }
    CHECK(read_file(temp.at("canary/secret")) == "owned");
  }

  TEST_CASE("hostile layer: absolute paths stay inside") {
    Box box;
    CHECK(box.apply({test::tar({file(box.canary() + "/secret", "owned")})}).empty());
    CHECK(box.content(box.canary() + "/secret") == "owned");
  }

  TEST_CASE("hostile layer: paths that climb are refused") {
    Box box;
    for (const char* path : {"../canary/secret", "a/../../canary/secret", "a/..", "..", "/..",
                             "./../canary/secret", "a/b/../../../canary/directory"}) {
      CAPTURE(path);
      CHECK(box.apply({test::tar({file(path, "owned")})}) != "");
      CHECK(box.apply({test::tar({directory(path)})}) != "");
      CHECK(box.apply({test::tar({soft_link(path, "x")})}) != "");
      CHECK(box.apply({test::tar({hard_link("h", path)})}) != "");
    }
    CHECK(box.apply({pax({"path=../canary/secret"}) + raw_header({.name = "harmless"}) +
                     end_of_archive()}) != "");
  }

  TEST_CASE("hostile layer: nothing is written through a link to the outside") {
    Box box;
    const std::string canary = box.canary();
    SUBCASE("an absolute directory link") {
      CHECK(box.apply({test::tar({soft_link("l", canary), file("l/secret", "owned")})}).empty());
    }
    SUBCASE("a climbing directory link") {
      CHECK(
          box.apply({test::tar({soft_link("l", "../canary"), file("l/secret", "owned")})}).empty());
    }
    SUBCASE("a chain of links") {
      CHECK(box.apply({test::tar({soft_link("a", "b/.."), soft_link("b", canary),
                                  soft_link("c", "b/directory"), file("c/inner", "owned")})})
                .empty());
    }
    SUBCASE("a link of an earlier layer") {
      CHECK(box.apply({test::tar({soft_link("l", canary)}), test::tar({file("l/secret", "owned")})})
                .empty());
    }
    SUBCASE("a directory that a later layer makes a link") {
      CHECK(box.apply({test::tar({directory("d")}), test::tar({soft_link("d", canary)}),
                       test::tar({file("d/secret", "owned")})})
                .empty());
    }
    SUBCASE("a directory that the same layer makes a link") {
      CHECK(box.apply({test::tar(
                          {file("d/one", ""), soft_link("d", canary), file("d/secret", "owned")})})
                .empty());
    }
    SUBCASE("a link that the file itself replaces") {
      CHECK(
          box.apply({test::tar({soft_link("l", canary + "/secret"), file("l", "mine")})}).empty());
      CHECK(box.content("l") == "mine");
    }
    SUBCASE("a dangling link") {
      CHECK(
          box.apply({test::tar({soft_link("l", canary + "/new"), file("l/x", "owned")})}).empty());
    }
  }

  TEST_CASE("hostile layer: mode and owner and time are not set through a link") {
    Box box;
    CHECK(box.apply({test::tar({soft_link("l", box.canary()), directory("l", 0777)})}).empty());
    CHECK(box.kind("l") == "directory");
    CHECK(box.apply({test::tar({soft_link("m", box.canary() + "/secret"), file("m", "", 0777)})})
              .empty());
    CHECK(box.apply({test::tar({directory("n", 0777), soft_link("n", box.canary())})}).empty());
    CHECK(box.kind("n") == "symlink");
  }

  TEST_CASE("hostile layer: links that lead in a circle are refused") {
    Box box;
    CHECK(box.apply({test::tar({soft_link("a", "b"), soft_link("b", "a"), file("a/x", "")})}) !=
          "");
  }

  TEST_CASE("hostile layer: the root is no link and no file") {
    Box box;
    for (const char* path : {".", "./", "/", "//", "./."}) {
      CAPTURE(path);
      CHECK(box.apply({test::tar({soft_link(path, box.canary())})}) != "");
      CHECK(box.apply({raw_header({.name = path, .type = '2', .link = box.canary()}) +
                       end_of_archive()}) != "");
      CHECK(box.apply({raw_header({.name = path, .type = '1', .link = "x"}) + end_of_archive()}) !=
            "");
    }
    CHECK(box.kind("") == "directory");
  }

  TEST_CASE("hostile layer: hard links reach nothing outside") {
    Box box;
    SUBCASE("an absolute target") {
      CHECK(box.apply({test::tar({hard_link("h", box.canary() + "/secret")})}) != "");
    }
    SUBCASE("a target through a link") {
      CHECK(box.apply({test::tar({soft_link("l", box.canary()), hard_link("h", "l/secret")})}) !=
            "");
    }
    SUBCASE("a target that is a link") {
      CHECK(box.apply({test::tar({soft_link("l", box.canary() + "/secret"), hard_link("h", "l"),
                                  file("h", "mine")})})
                .empty());
      CHECK(box.content("h") == "mine");
    }
    SUBCASE("a missing target") {
      CHECK(box.apply({test::tar({hard_link("h", "missing")})}) != "");
    }
    SUBCASE("a directory") {
      CHECK(box.apply({test::tar({directory("d"), hard_link("h", "d")})}) != "");
    }
    SUBCASE("itself") {
      CHECK(box.apply({test::tar({file("f", "x"), hard_link("f", "f")})}).empty());
      CHECK(box.content("f") == "x");
    }
    SUBCASE("itself and missing") { CHECK(box.apply({test::tar({hard_link("h", "h")})}) != ""); }
    SUBCASE("with content of its own") {
      box.apply({raw_header({.name = "l", .type = '2', .link = box.canary() + "/secret"}) +
                 raw_header({.name = "h", .type = '1', .size = octal(5), .link = "l"}) +
                 blocks("owned") + end_of_archive()});
      CHECK(box.kind("h") == "symlink");
    }
  }

  TEST_CASE("hostile layer: a file with several names is not written through one of them") {
    Box box;
    CHECK(
        box.apply({test::tar({file("f", "one"), hard_link("h", "f"), file("h", "two")})}).empty());
    CHECK(box.content("f") == "one");
    CHECK(box.content("h") == "two");
  }

  TEST_CASE("hostile layer: device nodes are left out and hide what they replace") {
    Box box;
    CHECK(box.apply({test::tar({file("dev/null", ""), file("gone", "")}),
                     test::tar({special("dev/null", EntryType::device),
                                special("new", EntryType::device),
                                special("gone", EntryType::device)})})
              .empty());
    CHECK(box.kind("dev/null") == "none");
    CHECK(box.kind("new") == "none");
    CHECK(box.kind("gone") == "none");
    for (const char type : {'3', '4'}) {
      CHECK(box.apply({raw_header({.name = "disk", .type = type}) + end_of_archive()}).empty());
      CHECK(box.kind("disk") == "none");
    }
  }

  TEST_CASE("hostile layer: a FIFO blocks nobody") {
    Box box;
    CHECK(box.apply({test::tar({special("p", EntryType::fifo), hard_link("h", "p"),
                                special("q", EntryType::fifo)}),
                     test::tar({file("p", "x"), directory("q"), special("h", EntryType::fifo)})})
              .empty());
    CHECK(box.content("p") == "x");
    CHECK(box.kind("h") == "fifo");
  }

  TEST_CASE("hostile layer: owners that no system has are refused") {
    Box box;
    for (const char* id : {"-1", "4294967295", "1099511627776"}) {
      CAPTURE(id);
      for (const char* field : {"uid=", "gid="}) {
        CHECK(box.apply({pax({std::string(field) + id}) + raw_header({}) + end_of_archive()}) !=
              "");
      }
    }
    CHECK(box.apply({pax({"uid=0"}) + raw_header({}) + end_of_archive()}).empty());
  }

  TEST_CASE("hostile layer: a link to nothing is refused") {
    Box box;
    CHECK(box.apply({raw_header({.name = "l", .type = '2'}) + end_of_archive()}) ==
          "layer: entry 'l': a link without a target");
  }

  TEST_CASE("hostile layer: names longer than the kernel takes are refused") {
    Box box;
    CHECK(box.apply({pax({"path=" + std::string(256, 'n')}) + raw_header({}) + end_of_archive()}) !=
          "");
    CHECK(box.apply(
              {pax({"path=" + std::string(5000, 'n')}) + raw_header({}) + end_of_archive()}) != "");
  }

  TEST_CASE("hostile layer: a path of two thousand directories is made and removed") {
    Box box;
    std::string deep;
    for (int i = 0; i < 2000; ++i) deep += "d/";
    CHECK(box.apply({test::tar({file(deep + "f", "")}), test::tar({file(".wh.d", "")})}).empty());
    CHECK(box.kind("d") == "none");
  }
}
