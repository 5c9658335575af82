#include "toolkit/image/busybox.hpp"

#include <algorithm>
#include <filesystem>

#include "toolkit/image/test_layers.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kApplets = "bin/sh\nbin/busybox\nusr/bin/awk\nsbin/init\nlinuxrc\n";

std::vector<TarEntry> entries_of(const std::string& layer) {
  std::vector<TarEntry> entries;
  TarReader reader(source_of(layer));
  while (auto entry = reader.next()) entries.push_back(std::move(*entry));
  return entries;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("busybox: the layer is sorted and a directory comes before what is in it") {
    const auto entries = entries_of(busybox_layer("program", kApplets));
    CHECK(std::is_sorted(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return fs::path(a.path).lexically_normal() < fs::path(b.path).lexically_normal();
    }));
  }

  TEST_CASE("busybox: nothing of this machine is in the layer") {
    for (const TarEntry& entry : entries_of(busybox_layer("program", kApplets))) {
      CAPTURE(entry.path);
      CHECK(entry.mtime == 0);
      CHECK(entry.uid == 0);
      CHECK(entry.gid == 0);
    }
    CHECK(busybox_layer("program", kApplets) == busybox_layer("program", kApplets));
  }

  TEST_CASE("busybox: each applet leads to the program and busybox itself stays") {
    Box box;
    REQUIRE(box.apply({busybox_layer("program", kApplets)}).empty());
    CHECK(box.content("bin/busybox") == "program");
    for (const char* applet : {"bin/sh", "usr/bin/awk", "sbin/init"}) {
      CAPTURE(applet);
      CHECK(fs::equivalent(box.at(applet), box.at("bin/busybox")));
    }
    CHECK(box.kind("linuxrc") == "none");
  }

  TEST_CASE("busybox: a container finds the directories and files it needs") {
    Box box;
    REQUIRE(box.apply({busybox_layer("program", kApplets)}).empty());
    for (const char* name : {"dev", "proc", "sys", "tmp", "root", "etc", "home", "var"}) {
      CAPTURE(name);
      CHECK(box.kind(name) == "directory");
    }
    CHECK(fs::status(box.at("tmp")).permissions() == (fs::perms::all | fs::perms::sticky_bit));
    CHECK(fs::status(box.at("etc/shadow")).permissions() == fs::perms(0640));
    CHECK(box.content("etc/passwd").starts_with("root:x:0:0:root:/root:/bin/sh\n"));
    CHECK(box.content("etc/group").starts_with("root:x:0:\n"));
  }
}
