#include "toolkit/image/tree.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file
using test::TempDir;
namespace fs = std::filesystem;

namespace {

/// A root to work in, and a directory beside it that no path may reach.
struct Root {
  Root() {
    fs::create_directory(temp.at("root"));
    fs::create_directory(temp.at("outside"));
    fd = open_file(temp.at("root"), O_PATH | O_DIRECTORY);
  }
  ~Root() { CHECK(fs::is_empty(temp.at("outside"))); }
  [[nodiscard]] bool is_directory(const std::string& path) const {
    return fs::is_directory(fs::symlink_status(temp.at("root/" + path)));
  }
  void link(const std::string& path, const std::string& target) const {
    fs::create_symlink(target, temp.at("root/" + path));
  }
  TempDir temp = {};
  Fd fd = {};
};

void make(FdRef root, const std::string& path) {
  static_cast<void>(make_directory_in_root(root, path));
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("tree: a clean path has no dots and no empty names") {
    CHECK(relative_path("a/b") == "a/b");
    CHECK(relative_path("/a//b/") == "a/b");
    CHECK(relative_path("./a/./b/.") == "a/b");
    CHECK(relative_path("./").empty());
    CHECK(relative_path("/").empty());
    CHECK(relative_path("").empty());
    CHECK(relative_path("...") == "...");
  }

  TEST_CASE("tree: a path that climbs is refused wherever it does") {
    CHECK_THROWS_WITH(relative_path("../a"), "layer: entry '../a': '..' in a path");
    CHECK_THROWS(relative_path("a/../../b"));
    CHECK_THROWS(relative_path("a/.."));
    CHECK_THROWS(relative_path("/.."));
  }

  TEST_CASE("tree: a path longer than the kernel takes is refused") {
    CHECK_NOTHROW(relative_path(std::string(4095, 'a')));
    CHECK_THROWS(relative_path(std::string(4096, 'a')));
  }

  TEST_CASE("tree: a path splits at its last slash") {
    CHECK(split_path("a/b/c").parent == "a/b");
    CHECK(split_path("a/b/c").name == "c");
    CHECK(split_path("a").parent.empty());
    CHECK(split_path("a").name == "a");
  }

  TEST_CASE("tree: missing directories are made") {
    const Root root;
    make(root.fd, "a/b/c");
    CHECK(root.is_directory("a/b/c"));
  }

  TEST_CASE("tree: a link to an outside path leads inside") {
    const Root root;
    root.link("link", root.temp.at("outside"));
    make(root.fd, "link/made");
    CHECK(root.is_directory(root.temp.at("outside") + "/made"));
  }

  TEST_CASE("tree: a link that climbs leads inside") {
    const Root root;
    root.link("link", "../../../../outside");
    make(root.fd, "link/made");
    CHECK(root.is_directory("outside/made"));
  }

  TEST_CASE("tree: a dangling link is filled where it leads") {
    const Root root;
    fs::create_directories(root.temp.at("root/var"));
    root.link("var/run", "/run");
    root.link("var/lock", "../run/lock/");
    make(root.fd, "var/run/app");
    make(root.fd, "var/lock/app");
    CHECK(root.is_directory("run/app"));
    CHECK(root.is_directory("run/lock/app"));
  }

  TEST_CASE("tree: links that lead to each other are refused") {
    const Root root;
    root.link("a", "b");
    root.link("b", "a");
    CHECK_THROWS_AS(make(root.fd, "a/x"), SystemError);
  }

  TEST_CASE("tree: a file in the way is refused") {
    const Root root;
    root.temp.file("root/file", "");
    CHECK_THROWS_WITH(make(root.fd, "file/x"), "mkdir 'file': Not a directory");
  }

  TEST_CASE("tree: a directory that is not there is none") {
    const Root root;
    root.temp.file("root/file", "");
    CHECK(find_directory_in_root(root.fd, ""));
    CHECK_FALSE(find_directory_in_root(root.fd, "missing"));
    CHECK_FALSE(find_directory_in_root(root.fd, "file"));
    CHECK_FALSE(find_directory_in_root(root.fd, "file/below"));
  }

  TEST_CASE("tree: names are listed whatever they are") {
    const Root root;
    for (const char* name : {"a", ".b", "c d", "\xff"})
      root.temp.file("root/" + std::string(name), "");
    std::vector<std::string> names = list_names(root.fd);
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{".b", "a", "c d", "\xff"});
  }

  TEST_CASE("tree: emptying leaves nothing and follows no link") {
    const Root root;
    const TempDir canary;
    canary.file("inner", "");
    fs::create_directories(root.temp.at("root/a/b/c"));
    root.temp.file("root/a/b/file", "");
    root.temp.file("root/moved-0/x/y", "");
    root.link("a/link", canary.path());
    root.link("link", canary.path());
    empty_directory(root.fd);
    CHECK(fs::is_empty(root.temp.at("root")));
    CHECK(fs::exists(canary.at("inner")));
  }

  TEST_CASE("tree: what is deeper than any path can say is removed") {
    const Root root;
    constexpr int kDepth = 5000;
    Fd here = open_file(root.temp.at("root"), O_PATH | O_DIRECTORY);
    for (int i = 0; i < kDepth; ++i) here = make_directory_in_root(here, "directory");
    empty_directory(root.fd);
    CHECK(fs::is_empty(root.temp.at("root")));
  }

  TEST_CASE("tree: an entry is removed with all below it") {
    const Root root;
    fs::create_directory(root.temp.at("trash"));
    const Fd trash = open_file(root.temp.at("trash"), O_PATH | O_DIRECTORY);
    root.temp.file("root/d/e/f", "");
    root.temp.file("root/file", "");
    remove_entry(root.fd, "d", trash);
    remove_entry(root.fd, "file", trash);
    remove_entry(root.fd, "missing", trash);
    CHECK(fs::is_empty(root.temp.at("root")));
    CHECK(fs::is_empty(root.temp.at("trash")));
  }
}
