#include "toolkit/image/layer.hpp"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <array>
#include <filesystem>

#include "toolkit/image/test_layers.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT
namespace fs = std::filesystem;

namespace {

struct stat status_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

std::string xattr(const std::string& path, const std::string& name) {
  std::array<char, 256> value{};
  const ssize_t size = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
  return size < 0 ? "(none)" : std::string(value.data(), static_cast<std::size_t>(size));
}

Item with_xattr(Item item, const std::string& name, const std::string& value) {
  item.entry.xattrs.push_back({.name = name, .value = value});
  return item;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("layer: entries arrive with content and mode and time") {
    Box box;
    Item setuid = file("bin/su", "program", 04755);
    setuid.entry.mtime = 1'000'000'000;
    CHECK(
        box.apply({test::tar({directory("bin", 0750), setuid, soft_link("bin/sh", "su"),
                              hard_link("bin/also", "bin/su"), special("pipe", EntryType::fifo)})})
            .empty());
    CHECK(box.content("bin/su") == "program");
    CHECK((status_of(box.at("bin/su")).st_mode & 07777U) == 04755);
    CHECK((status_of(box.at("bin")).st_mode & 07777U) == 0750);
    CHECK(status_of(box.at("bin/su")).st_mtim.tv_sec == 1'000'000'000);
    CHECK(status_of(box.at("bin")).st_mtim.tv_sec == 0);
    CHECK(fs::read_symlink(box.at("bin/sh")) == "su");
    CHECK(status_of(box.at("bin/also")).st_ino == status_of(box.at("bin/su")).st_ino);
    CHECK(box.kind("pipe") == "fifo");
  }

  TEST_CASE("layer: the root takes its mode from its entry") {
    Box box;
    CHECK(box.apply({test::tar({directory("./", 0711)})}).empty());
    CHECK((status_of(box.at("")).st_mode & 07777U) == 0711);
  }

  TEST_CASE("layer: owners are kept [root]") {
    SKIP_UNLESS(is_root(), "only root can give files away");
    Box box;
    Item item = file("f", "x", 06755);
    item.entry.uid = 123;
    item.entry.gid = 456;
    Item link = soft_link("l", "f");
    link.entry.uid = 123;
    CHECK(box.apply({test::tar({item, link})}).empty());
    CHECK(status_of(box.at("f")).st_uid == 123);
    CHECK(status_of(box.at("f")).st_gid == 456);
    CHECK((status_of(box.at("f")).st_mode & 07777U) == 06755);
    CHECK(status_of(box.at("l")).st_uid == 123);
  }

  TEST_CASE("layer: missing directories are made on the way") {
    Box box;
    CHECK(box.apply({test::tar({file("a/b/c", "x")})}).empty());
    CHECK(box.content("a/b/c") == "x");
  }

  TEST_CASE("layer: an upper layer replaces and adds") {
    Box box;
    CHECK(box.apply({test::tar({file("same", "old"), file("lower", "l"), directory("d", 0700),
                                file("d/kept", "k")}),
                     test::tar({file("same", "new"), file("upper", "u"), directory("d", 0755)})})
              .empty());
    CHECK(box.content("same") == "new");
    CHECK(box.content("lower") == "l");
    CHECK(box.content("upper") == "u");
    CHECK(box.content("d/kept") == "k");
    CHECK((status_of(box.at("d")).st_mode & 0777U) == 0755);
  }

  TEST_CASE("layer: a file replaces a directory and a directory a file") {
    Box box;
    CHECK(box.apply({test::tar({file("d/e/f", "x"), file("g", "y")}),
                     test::tar({file("d", "now a file"), file("g/h", "z"), directory("g")})}) !=
          "");
    Box good;
    CHECK(good.apply({test::tar({file("d/e/f", "x"), file("g", "y")}),
                      test::tar({file("d", "now a file"), directory("g"), file("g/h", "z")})})
              .empty());
    CHECK(good.content("d") == "now a file");
    CHECK(good.content("g/h") == "z");
  }

  TEST_CASE("layer: the last of two entries with one name wins") {
    Box box;
    CHECK(
        box.apply({test::tar({file("f", "first and longer"), file("f", "last"), soft_link("l", "a"),
                              soft_link("l", "b"), file("x", ""), directory("x")})})
            .empty());
    CHECK(box.content("f") == "last");
    CHECK(fs::read_symlink(box.at("l")) == "b");
    CHECK(box.kind("x") == "directory");
  }

  TEST_CASE("layer: times that no clock shows are taken or refused") {
    Box box;
    for (const char* time : {"-1", "99999999999", "9223372036854775807", "99999999999999999999",
                             "0.999999999", "nan", "1e9", ""}) {
      CAPTURE(time);
      box.apply({pax({std::string("mtime=") + time}) + raw_header({}) + end_of_archive()});
      CHECK(box.kind("f") != "other");
    }
  }

  TEST_CASE("layer: names of any bytes arrive as they are") {
    Box box;
    const std::string name = "\xff\n한글 e\xcc\x81";
    CHECK(box.apply({pax({"path=" + name}) + raw_header({}) + end_of_archive()}).empty());
    CHECK(box.kind(name) == "file");
  }

  TEST_CASE(
      "layer: user attributes and capabilities are kept and marks of overlayfs are not [root]") {
    SKIP_UNLESS(is_root(), "file capabilities take root");
    Box box;
    const std::string caps("\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    Item item = with_xattr(file("f", "x"), "security.capability", caps);
    item = with_xattr(item, "user.note", "hello");
    item = with_xattr(item, "user.overlay.opaque", "y");
    item = with_xattr(item, "trusted.overlay.opaque", "y");
    item = with_xattr(item, "trusted.other", "y");
    item = with_xattr(item, "security.selinux", "label");
    Item folder = with_xattr(directory("d"), "trusted.overlay.redirect", "/canary");
    CHECK(box.apply({test::tar({item, folder})}).empty());
    CHECK(xattr(box.at("f"), "security.capability") == caps);
    CHECK(xattr(box.at("f"), "user.note") == "hello");
    CHECK(xattr(box.at("f"), "user.overlay.opaque") == "(none)");
    CHECK(xattr(box.at("f"), "trusted.overlay.opaque") == "(none)");
    CHECK(xattr(box.at("f"), "trusted.other") == "(none)");
    CHECK(xattr(box.at("f"), "security.selinux") == "(none)");
    CHECK(xattr(box.at("d"), "trusted.overlay.redirect") == "(none)");
  }

  TEST_CASE("layer: a capability that the kernel refuses is named [root]") {
    SKIP_UNLESS(is_root(), "file capabilities take root");
    Box box;
    CHECK(box.apply({test::tar({with_xattr(file("f", ""), "security.capability", "bad")})}) ==
          "setxattr security.capability 'f': Invalid argument");
  }

  TEST_CASE("quota: too many bytes are refused before they are written") {
    Box box;
    CHECK(
        box.apply({test::tar({file("a", std::string(600, 'x')), file("b", std::string(600, 'x'))})},
                  {.bytes = 1000}) == "layer: entry 'b': the image is too large");
    CHECK(box.kind("a") == "file");
    CHECK(box.kind("b") == "none");
  }

  TEST_CASE("quota: layers count together") {
    Box box;
    CHECK(box.apply({test::tar({file("a", std::string(600, 'x'))}),
                     test::tar({file("b", std::string(600, 'x'))})},
                    {.bytes = 1000}) != "");
    Box entries;
    CHECK(entries.apply({test::tar({file("a", "")}), test::tar({file("b", "")})}, {.entries = 1}) ==
          "layer: entry 'b': the image has too many entries");
  }

  TEST_CASE("quota: holes count as bytes") {
    Box box;
    const std::string sparse = pax({"GNU.sparse.major=1", "GNU.sparse.minor=0",
                                    "GNU.sparse.realsize=4398046511104", "GNU.sparse.name=big"}) +
                               raw_header({.name = "x", .size = octal(512)}) + blocks("1\n0\n0\n") +
                               end_of_archive();
    CHECK(box.apply({sparse}) == "layer: entry 'big': the image is too large");
    CHECK(box.apply({sparse}, {.bytes = std::int64_t{1} << 43}).empty());
    CHECK(status_of(box.at("big")).st_size == 4398046511104);
    CHECK(status_of(box.at("big")).st_blocks < 100);
  }

  TEST_CASE("quota: too many bytes of attributes are refused") {
    Box box;
    CHECK(
        box.apply({test::tar({with_xattr(file("f", ""), "user.big", std::string(70'000, 'x'))})}) ==
        "layer: entry 'f': too large extended attributes");
    Item many = file("f", "");
    for (int i = 0; i < 5000; ++i)
      many = with_xattr(many, "user.attribute" + std::to_string(i), "");
    CHECK(box.apply({test::tar({many})}) != "");
  }
}
