#include "toolkit/kernel/rootfs.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/test.hpp"

using toolkit::EntryKind;
using toolkit::Fd;
using toolkit::kind_of;
using toolkit::make_directories;
using toolkit::open_file;
using toolkit::open_in_root;
using toolkit::read_in_root;
using toolkit::SystemError;
using toolkit::test::TempDir;

namespace {

/// A root in a directory, with a file of the same name outside of it that must never be reached.
class Root {
 public:
  Root() {
    scratch_.file("root/etc/passwd", "inside");
    scratch_.file("passwd", "outside");
    scratch_.file("etc/passwd", "outside");
    fd_ = open_file(path(), O_PATH | O_DIRECTORY);
  }
  [[nodiscard]] std::string path() const { return scratch_.at("root"); }
  [[nodiscard]] const Fd& fd() const { return fd_; }
  [[nodiscard]] std::string outside() const { return scratch_.path(); }
  void link(const std::string& name, const std::string& text) const {
    REQUIRE(::symlink(text.c_str(), (path() + "/" + name).c_str()) == 0);
  }
  /// What is read by way of a path, or the error.
  [[nodiscard]] std::string read(const std::string& name) const {
    try {
      return toolkit::read_all(open_in_root(fd_, name, O_RDONLY), name);
    } catch (const SystemError& error) {
      return error.what();
    }
  }

 private:
  TempDir scratch_;
  Fd fd_;
};

mode_t mode_of(const std::string& path) {
  struct stat status {};
  toolkit::check(::lstat(path.c_str(), &status), "lstat", path);
  return status.st_mode;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("rootfs: a path begins at the root with a slash or without") {
    const Root root;
    CHECK(root.read("etc/passwd") == "inside");
    CHECK(root.read("/etc/passwd") == "inside");
  }

  TEST_CASE("rootfs: dots stop at the root") {
    const Root root;
    CHECK(root.read("../etc/passwd") == "inside");
    CHECK(root.read("/../../../../etc/passwd") == "inside");
    CHECK(root.read("etc/../../passwd") == "openat2 'etc/../../passwd': No such file or directory");
  }

  TEST_CASE("rootfs: an absolute link begins at the root too") {
    const Root root;
    root.link("absolute", "/etc/passwd");
    root.link("real", root.outside() + "/passwd");
    CHECK(root.read("absolute") == "inside");
    CHECK(root.read("real") == "openat2 'real': No such file or directory");
  }

  TEST_CASE("rootfs: a relative link can't climb out") {
    const Root root;
    root.link("climb", "../../../../passwd");
    root.link("up", "..");
    root.link("etc/deep", "../../etc/passwd");
    CHECK(root.read("climb") == "openat2 'climb': No such file or directory");
    CHECK(root.read("up/etc/passwd") == "inside");
    CHECK(root.read("etc/deep") == "inside");
  }

  TEST_CASE("rootfs: a link in the place of a directory is followed below the root") {
    const Root root;
    root.link("var", "/etc");
    CHECK(root.read("var/passwd") == "inside");
  }

  TEST_CASE("rootfs: a loop of links ends") {
    const Root root;
    root.link("a", "b");
    root.link("b", "a");
    CHECK(root.read("a") == "openat2 'a': Too many levels of symbolic links");
  }

  TEST_CASE("rootfs: the magic links of proc are refused") {
    const Fd host = open_file("/", O_PATH | O_DIRECTORY);
    for (const char* magic :
         {"/proc/self/root/etc", "/proc/self/cwd", "/proc/self/exe", "/proc/self/fd/0"}) {
      CAPTURE(magic);
      try {
        static_cast<void>(open_in_root(host, magic, O_PATH));
        FAIL_CHECK("was followed");
      } catch (const SystemError& error) {
        CHECK(error.number() == ELOOP);
      }
    }
  }

  TEST_CASE("rootfs: what is made is made below the root") {
    const Root root;
    root.link("out", "/new");
    const Fd made = open_in_root(root.fd(), "/../out", O_WRONLY | O_CREAT, 0640);
    CHECK((::fcntl(made.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((mode_of(root.path() + "/new") & 0777U) == 0640);
    CHECK_FALSE(kind_of(root.outside() + "/new"));
  }

  TEST_CASE("rootfs: a file of the root is read and one that is not there is nothing") {
    const Root root;
    root.link("dangling", "/nowhere");
    root.link("loop", "loop");
    CHECK(read_in_root(root.fd(), "/etc/passwd") == "inside");
    CHECK_FALSE(read_in_root(root.fd(), "/etc/group"));
    CHECK_FALSE(read_in_root(root.fd(), "/etc/passwd/below"));
    CHECK_FALSE(read_in_root(root.fd(), "dangling"));
    CHECK_FALSE(read_in_root(root.fd(), "loop"));
  }

  TEST_CASE("rootfs: what is no regular file is none and blocks nobody") {
    const Root root;
    REQUIRE(::mkfifo((root.path() + "/etc/group").c_str(), 0600) == 0);
    CHECK_FALSE(read_in_root(root.fd(), "/etc/group"));
    CHECK_FALSE(read_in_root(root.fd(), "/etc"));
  }

  TEST_CASE("rootfs: directories are made down to the last") {
    const TempDir scratch;
    const std::string deep = scratch.at("a/b/c");
    CHECK(make_directories(deep, 0750));
    CHECK((mode_of(deep) & 0777U) == 0750);
    CHECK_FALSE(make_directories(deep));
    CHECK(make_directories(scratch.at("a/b/d")));
  }

  TEST_CASE("rootfs: directories that are there keep their modes") {
    const TempDir scratch;
    make_directories(scratch.at("a"), 0700);
    make_directories(scratch.at("a/b"), 0755);
    make_directories(scratch.at("a"), 0755);
    CHECK((mode_of(scratch.at("a")) & 0777U) == 0700);
  }

  TEST_CASE("rootfs: a file in the way of a directory is an error") {
    const TempDir scratch;
    scratch.file("file", "");
    CHECK_THROWS_WITH_AS(make_directories(scratch.at("file/below")),
                         ("mkdir '" + scratch.at("file/below") + "': Not a directory").c_str(),
                         SystemError);
  }

  TEST_CASE("rootfs: the kind is of what a link leads to") {
    const TempDir scratch;
    scratch.file("file", "");
    REQUIRE(::symlink("file", scratch.at("link").c_str()) == 0);
    REQUIRE(::symlink("nowhere", scratch.at("dangling").c_str()) == 0);
    CHECK(kind_of(scratch.path()) == EntryKind::directory);
    CHECK(kind_of(scratch.at("file")) == EntryKind::file);
    CHECK(kind_of(scratch.at("link")) == EntryKind::file);
    CHECK_FALSE(kind_of(scratch.at("dangling")));
    CHECK_FALSE(kind_of(scratch.at("file/below")));
  }
}
