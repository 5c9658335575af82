#include "toolkit/course/keep.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/test.hpp"

using toolkit::course::write_whole;
using toolkit::test::TempDir;

namespace {

uid_t owner(const std::string& path) {
  struct stat found {};
  toolkit::check(::lstat(path.c_str(), &found), "lstat", path);
  return found.st_uid;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("keep: a file is written with the directories above it, and over an older one") {
    const TempDir directory;
    write_whole(directory.at("a/b/c"), "old");
    write_whole(directory.at("a/b/c"), "new");
    CHECK(toolkit::read_file(directory.at("a/b/c")) == "new");
    CHECK(std::distance(std::filesystem::directory_iterator(directory.at("a/b")), {}) == 1);
  }

  TEST_CASE("keep: a directory that can't be made is named") {
    const TempDir directory;
    directory.file("a", "a file");
    CHECK_THROWS_WITH_AS(write_whole(directory.at("a/b/c"), ""), doctest::Contains("mkdir '"),
                         toolkit::SystemError);
  }

  TEST_CASE("keep: what root writes in somebody's directory is theirs [root]") {
    SKIP_UNLESS(toolkit::test::is_root(), "needs root: it gives a directory away");
    const TempDir directory;
    toolkit::check(::chown(directory.path().c_str(), 65534, 65534), "chown");
    write_whole(directory.at("a/b"), "x");
    CHECK(owner(directory.at("a")) == 65534);
    CHECK(owner(directory.at("a/b")) == 65534);
  }
}
