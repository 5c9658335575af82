#include "toolkit/check/snapshot.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "toolkit/check/links.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

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

  TEST_CASE("snapshot: a namespace that a mount keeps is told as what it is") {
    const std::string kept = "3 1 0:4 net:[42] /run/netns/a rw shared:1 - nsfs nsfs rw\n";
    CHECK(compare(with(kRoot), with(kRoot + kept)) ==
          std::vector<Leftover>{{"the namespace net:[42], kept at /run/netns/a",
                                 "umount /run/netns/a && rm /run/netns/a"}});
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

TEST_SUITE("kernel") {
  TEST_CASE("snapshot: a link that came up is told, with the addresses that it got") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::net, [] {
      const Snapshot before = with(kRoot);
      set_link("lo", LinkState::up);
      const std::vector<Leftover> left = compare(before, with(kRoot));
      const auto has = [&left](const Leftover& thing) {
        return std::find(left.begin(), left.end(), thing) != left.end();
      };
      CHECK(has({"the state up of link lo", "ip link set lo down"}));
      CHECK(has({"the address 127.0.0.1/8 of link lo", "ip addr del 127.0.0.1/8 dev lo"}));
      set_link("lo", LinkState::down);
      CHECK(compare(before, with(kRoot)).size() <= 1);  // the address stays, the state went
    });
  }

  TEST_CASE("snapshot: a link that came, and one that went") {
    NEEDS_USER_NAMESPACES();
    test::inside(Ns::net, [] {
      const Snapshot before = with(kRoot);
      try {
        make_veth("cask", "barrel");
      } catch (const SystemError&) {
        SKIP_UNLESS(false, "this kernel has no veth devices");
      }
      const Snapshot after = with(kRoot);
      CHECK(compare(before, after) ==
            std::vector<Leftover>{{"the link barrel", "ip link del barrel"},
                                  {"the link cask", "ip link del cask"}});
      CHECK(compare(after, before).size() == 2);
    });
  }
}

}  // namespace toolkit::checks
