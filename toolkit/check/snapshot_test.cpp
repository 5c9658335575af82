#include "toolkit/check/snapshot.hpp"

#include <doctest/doctest.h>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {
namespace {

Snapshot with(const std::string& mountinfo) {
  Snapshot snapshot = take_snapshot(mountinfo);
  snapshot.hostname = "cask";
  snapshot.domainname = "cellar";
  return snapshot;
}

constexpr const char* kRoot = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n";
constexpr const char* kTmp = "2 1 0:5 / /tmp rw shared:1 - tmpfs none rw\n";

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("snapshot: of the same machine it shows nothing left") {
    const std::string own = read_file("/proc/self/mountinfo");
    CHECK(compare(take_snapshot(own), take_snapshot(own)).empty());
  }

  TEST_CASE("snapshot: a mount that came is told with the command that takes it away") {
    const std::vector<Leftover> left = compare(with(kRoot), with(std::string(kRoot) + kTmp));
    CHECK(left == std::vector<Leftover>{{"the mount /tmp (tmpfs from none)", "umount /tmp"}});
  }

  TEST_CASE("snapshot: a second mount at the same place counts") {
    const std::vector<Leftover> left =
        compare(with(std::string(kRoot) + kTmp), with(std::string(kRoot) + kTmp + kTmp));
    REQUIRE(left.size() == 1);
    CHECK(left.front().what == "the mount /tmp (tmpfs from none), 2 times");
  }

  TEST_CASE("snapshot: what was somebody else's and is gone is told, too") {
    const std::vector<Leftover> left = compare(with(std::string(kRoot) + kTmp), with(kRoot));
    REQUIRE(left.size() == 1);
    CHECK(left.front().what ==
          "the mount /tmp (tmpfs from none) is gone, which was somebody else's");
  }

  TEST_CASE("snapshot: another name is told with the one from before") {
    Snapshot renamed = with(kRoot);
    renamed.hostname = "lab";
    renamed.domainname = "attic";
    const std::vector<Leftover> left = compare(with(kRoot), renamed);
    REQUIRE(left.size() == 2);
    CHECK(left[0].remedy == "hostname cask");
    CHECK(left[1].remedy == "domainname cellar");
  }

  TEST_CASE("snapshot: it comes back from its text as it was") {
    const Snapshot one = with(std::string(kRoot) + kTmp);
    const Snapshot back = snapshot_from_text(to_text(one));
    CHECK(back.hostname == one.hostname);
    CHECK(back.domainname == one.domainname);
    CHECK(back.things == one.things);
  }
}

}  // namespace toolkit::checks
