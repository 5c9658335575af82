#include <filesystem>

#include "toolkit/image/layer.hpp"
#include "toolkit/image/test_layers.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT
namespace fs = std::filesystem;

TEST_SUITE("unit") {
  TEST_CASE("whiteout: an entry of a lower layer is gone") {
    Box box;
    CHECK(box.apply({test::tar(
                         {file("f", ""), file("d/a/b", ""), file("d/c", ""), soft_link("l", "x")}),
                     test::tar({file(".wh.f", ""), file("d/.wh.a", ""), file(".wh.l", ""),
                                file(".wh.missing", ""), file("missing/.wh.x", "")})})
              .empty());
    CHECK(box.kind("f") == "none");
    CHECK(box.kind("d/a") == "none");
    CHECK(box.kind("l") == "none");
    CHECK(box.kind("d/c") == "file");
    CHECK(box.kind(".wh.f") == "none");
    CHECK(box.kind("missing") == "none");
  }

  TEST_CASE("whiteout: an entry of the same layer stays whatever the order") {
    Box box;
    CHECK(box.apply(
                 {test::tar({file("f", "old"), file("d/old", ""), file("e/old", "")}),
                  test::tar({file(".wh.f", ""), file("f", "new"), directory("d"), file("d/new", ""),
                             file(".wh.d", ""), file("e/new", ""), file(".wh.e", "")})})
              .empty());
    CHECK(box.content("f") == "new");
    CHECK(box.kind("d/new") == "file");
    CHECK(box.kind("d/old") == "none");
    CHECK(box.kind("e/new") == "file");
    CHECK(box.kind("e/old") == "none");
    Box late;
    CHECK(late.apply(
                  {test::tar({file("f", "old")}), test::tar({file("f", "new"), file(".wh.f", "")})})
              .empty());
    CHECK(late.content("f") == "new");
  }

  TEST_CASE("whiteout: in the lowest layer there is nothing to hide") {
    Box box;
    CHECK(box.apply({test::tar({file("f", "x"), file(".wh.f", ""), file(".wh..wh..opq", "")})})
              .empty());
    CHECK(box.content("f") == "x");
  }

  TEST_CASE("whiteout: an opaque directory hides the lower layers alone") {
    Box box;
    CHECK(box.apply({test::tar({file("d/low", ""), file("d/sub/low", ""), file("d/gone/low", "")}),
                     test::tar({file("d/early", ""), file("d/sub/early", ""),
                                file("d/.wh..wh..opq", ""), file("d/late", "")})})
              .empty());
    CHECK(box.kind("d/low") == "none");
    CHECK(box.kind("d/gone") == "none");
    CHECK(box.kind("d/sub/low") == "none");
    CHECK(box.kind("d/early") == "file");
    CHECK(box.kind("d/sub/early") == "file");
    CHECK(box.kind("d/late") == "file");
    CHECK(box.kind("d/.wh..wh..opq") == "none");
  }

  TEST_CASE("whiteout: marks of one layer do not spare its entries from the next") {
    Box box;
    CHECK(box.apply({test::tar({file("a", "")}), test::tar({file("d/f", "")}),
                     test::tar({file("d/.wh..wh..opq", "")})})
              .empty());
    CHECK(box.kind("d/f") == "none");
    CHECK(box.kind("d") == "directory");
  }

  TEST_CASE("hostile layer: whiteouts of no name are refused") {
    Box box;
    for (const char* name : {".wh.", ".wh..", ".wh...", "d/.wh.", "d/.wh..", "d/.wh..."}) {
      CAPTURE(name);
      CHECK(box.apply({test::tar({directory("d")}), test::tar({file(name, "")})}) != "");
      CHECK(box.apply({test::tar({file(name, "")})}) != "");
    }
    CHECK(box.kind("d") == "directory");
  }

  TEST_CASE("hostile layer: whiteouts hide nothing outside") {
    Box box;
    CHECK(box.apply({test::tar(
                         {soft_link("l", box.canary()), soft_link("m", box.canary() + "/secret")}),
                     test::tar({file("l/.wh.secret", ""), file("l/.wh..wh..opq", ""),
                                file(".wh.m", ""), file(".wh.l", "")})})
              .empty());
    CHECK(box.kind("l") == "none");
    CHECK(box.kind("m") == "none");
    CHECK(box.apply({test::tar({file("x", "")}), test::tar({file("../canary/.wh.secret", "")})}) !=
          "");
  }

  TEST_CASE("hostile layer: an entry below a whiteout is refused and files of aufs are left out") {
    Box box;
    CHECK(box.apply({test::tar({file(".wh.d/f", "")})}) != "");
    CHECK(box.apply({test::tar({file("a/.wh.d/f", "")})}) != "");
    CHECK(box.apply({test::tar({file(".wh..wh.plnk/1.2", ""), file(".wh..wh.aufs", ""),
                                file("d/.wh..wh.orph", "")})})
              .empty());
    CHECK(fs::is_empty(box.at("")));
  }
}
