#include "toolkit/container/volume.hpp"

#include <sys/mount.h>

#include <filesystem>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file

TEST_SUITE("unit") {
  TEST_CASE("volume: a path is cleaned as far as text can tell") {
    CHECK(clean_path("/a/./b/../c//") == "/a/c");
    CHECK(clean_path("/") == "/");
    CHECK(clean_path("//") == "/");
    CHECK(clean_path("/../..") == "/");
    CHECK(clean_path("/a/..") == "/");
    CHECK(clean_path("/..a/b..") == "/..a/b..");
    CHECK_THROWS_AS(clean_path("a"), std::runtime_error);
    CHECK_THROWS_AS(clean_path(""), std::runtime_error);
  }

  TEST_CASE("volume: source target and access") {
    const test::TempDir directory;
    const Volume plain = parse_volume(directory.path() + ":/data/");
    CHECK(plain.source == directory.path());
    CHECK(plain.target == "/data");
    CHECK(plain.access == Access::read_write);
    CHECK(plain.kind == EntryKind::directory);
    CHECK_FALSE(plain.device);
    CHECK(parse_volume(directory.path() + ":/d:ro").access == Access::read_only);
    CHECK(parse_volume(directory.path() + ":/d:rw").access == Access::read_write);
  }

  TEST_CASE("volume: files and devices are told apart from directories") {
    const test::TempDir directory;
    CHECK(parse_volume(directory.file("f", "x") + ":/f").kind == EntryKind::file);
    const Volume device = parse_volume("/dev/null:/dev/other");
    CHECK(device.kind == EntryKind::file);
    CHECK(device.device);
  }

  TEST_CASE("volume: links in the source are followed on the host's side") {
    const test::TempDir directory;
    directory.file("real/f", "");
    std::filesystem::create_symlink("real", directory.at("link"));
    CHECK(parse_volume(directory.at("link") + ":/x").source == directory.at("real"));
  }

  TEST_CASE("volume: nothing lies over the container's proc or its root") {
    for (const std::string target : {"/proc", "/proc/", "/proc/sys", "/x/../proc", "//proc/."}) {
      CAPTURE(target);
      CHECK_THROWS_WITH_AS(parse_volume("/tmp:" + target), doctest::Contains("/proc"),
                           std::runtime_error);
      CHECK_THROWS_AS(parse_tmpfs(target), std::runtime_error);
    }
    for (const std::string target : {"/", "//", "/.", "/a/.."}) {
      CAPTURE(target);
      CHECK_THROWS_WITH_AS(parse_volume("/tmp:" + target),
                           doctest::Contains("the root itself can't be replaced"),
                           std::runtime_error);
      CHECK_THROWS_AS(parse_tmpfs(target), std::runtime_error);
    }
    CHECK_NOTHROW(parse_volume("/tmp:/process"));
  }

  TEST_CASE("volume: what is no SOURCE:TARGET is refused") {
    for (const std::string text :
         {"", ":", "/tmp", "/tmp:", ":/x", "/tmp:/x:", "/tmp:/x:ro:", "/tmp:/x:RO", "/tmp:/x:x"}) {
      CAPTURE(text);
      CHECK_THROWS_AS(parse_volume(text), std::runtime_error);
    }
  }

  TEST_CASE("volume: the target must be absolute") {
    CHECK_THROWS_WITH_AS(parse_volume("/tmp:x"),
                         "volume '/tmp:x': the place in the container must be absolute",
                         std::runtime_error);
    CHECK_THROWS_AS(parse_volume("/tmp:../x"), std::runtime_error);
    CHECK_THROWS_AS(parse_tmpfs("x"), std::runtime_error);
    CHECK_THROWS_AS(parse_tmpfs(""), std::runtime_error);
  }

  TEST_CASE("volume: a source that is no path is no name either") {
    CHECK_THROWS_WITH_AS(parse_volume("data:/x"), doctest::Contains("./data"), std::runtime_error);
    CHECK_NOTHROW(parse_volume(".:/x"));
    CHECK_NOTHROW(parse_volume("..:/x"));
  }

  TEST_CASE("volume: a source that is not there is said so") {
    CHECK_THROWS_WITH_AS(parse_volume("/nowhere/at/all:/x"),
                         "volume '/nowhere/at/all': No such file or directory", SystemError);
  }

  TEST_CASE("volume: bytes that would move a cursor do not reach the message") {
    CHECK_THROWS_WITH_AS(parse_volume("/tmp:\x1b[2Jx"), doctest::Contains("\\x1b[2Jx"),
                         std::runtime_error);
  }

  TEST_CASE("tmpfs: without options it is nosuid nodev and noexec") {
    const Tmpfs tmpfs = parse_tmpfs("/t");
    CHECK(tmpfs.target == "/t");
    CHECK(tmpfs.flags == (MS_NOSUID | MS_NODEV | MS_NOEXEC));
    CHECK(tmpfs.data.empty());
  }

  TEST_CASE("tmpfs: options take flags away or are passed on") {
    const Tmpfs tmpfs = parse_tmpfs("/t:exec,suid,ro,size=10m,mode=1777,uid=5");
    CHECK(tmpfs.flags == (MS_NODEV | MS_RDONLY));
    CHECK(tmpfs.data == "size=10m,mode=1777,uid=5");
    CHECK(parse_tmpfs("/t:rw,").data.empty());
  }

  TEST_CASE("tmpfs: of two options that contradict each other the later one counts") {
    CHECK(parse_tmpfs("/t:exec,noexec").flags == (MS_NOSUID | MS_NODEV | MS_NOEXEC));
    CHECK(parse_tmpfs("/t:suid,nosuid").flags == (MS_NOSUID | MS_NODEV | MS_NOEXEC));
    CHECK(parse_tmpfs("/t:ro,rw").flags == (MS_NOSUID | MS_NODEV | MS_NOEXEC));
  }

  TEST_CASE("tmpfs: an option it does not know is refused") {
    CHECK_THROWS_WITH_AS(parse_tmpfs("/t:dev"), "tmpfs '/t:dev': unknown option 'dev'",
                         std::runtime_error);
    CHECK_THROWS_AS(parse_tmpfs("/t:huge=always"), std::runtime_error);
  }
}
