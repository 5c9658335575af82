#include "toolkit/container/zone.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file

TEST_SUITE("unit") {
  TEST_CASE("zone: the host's goes first, then the root's") {
    const test::TempDir host;
    const test::TempDir root;
    const Fd held = open_file(root.path(), O_PATH | O_DIRECTORY);
    const std::string file = host.file("Area/City", "TZif2 host");
    root.file("usr/share/zoneinfo/Area/City", "TZif2 root");
    CHECK(find_zone("Area/City", host.path(), held).file == file);
    CHECK(find_zone("Area/City", host.path(), held).content.empty());
    CHECK(find_zone("Area/City", host.at("none"), held).content == "TZif2 root");
    std::filesystem::create_symlink("City", host.at("Area/Town"));
    CHECK(find_zone("Area/Town", host.path(), held).file == file);
  }

  TEST_CASE("zone: what is none is refused") {
    const test::TempDir host;
    const test::TempDir root;
    const Fd held = open_file(root.path(), O_PATH | O_DIRECTORY);
    host.file("text", "no zone");
    host.file("directory/City", "TZif2");
    check(::mkfifo(host.at("fifo").c_str(), 0666), "mkfifo");
    for (const std::string name :
         {"", "none", "text", "directory", "fifo", "../directory/City", "/directory/City",
          "directory//City", "directory/City/", ".", "directory/./City", "City\n"}) {
      CAPTURE(name);
      CHECK_THROWS_WITH_AS(find_zone(name, host.path(), held),
                           doctest::Contains("no such time zone"), std::runtime_error);
    }
  }

  TEST_CASE("zone: a root can't lead to what is not in it, nor hold up who reads") {
    const test::TempDir host;
    const test::TempDir root;
    const Fd held = open_file(root.path(), O_PATH | O_DIRECTORY);
    const std::string secret = host.file("secret", "TZif2 secret");
    const std::string zones = root.file("usr/share/zoneinfo/x", "");
    const std::string place = std::filesystem::path(zones).parent_path();
    std::filesystem::create_symlink(secret, place + "/Absolute");
    std::filesystem::create_symlink("../../../../../../../../.." + secret, place + "/Relative");
    std::filesystem::create_symlink("/proc/self/exe", place + "/Magic");
    check(::mkfifo((place + "/Fifo").c_str(), 0666), "mkfifo");
    const Fd huge = open_file(place + "/Huge", O_WRONLY | O_CREAT, 0644);
    check(::ftruncate(huge.get(), off_t{1} << 40), "ftruncate");
    for (const std::string name : {"Absolute", "Relative", "Magic", "Fifo", "Huge"}) {
      CAPTURE(name);
      CHECK_THROWS_AS(find_zone(name, host.path(), held), std::runtime_error);
    }
  }
}
