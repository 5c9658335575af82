#include "toolkit/container/sharing.hpp"

#include <stdexcept>

#include "toolkit/container/id_maps.hpp"
#include "toolkit/container/user_wish.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file

namespace {

using Kind = UserWish::Kind;
using Maps = std::vector<IdMap>;

void refuse_map(const std::string& map, const char* words) {
  CAPTURE(map);
  CHECK_THROWS_WITH_AS(parse_user_wish("", {"0:5000:1", map}, {}), doctest::Contains(words),
                       std::runtime_error);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("sharing: without a word every namespace is the container's own") {
    const Sharing sharing = parse_sharing({});
    for (const Ns kind : {Ns::mount, Ns::pid, Ns::uts, Ns::ipc, Ns::net, Ns::cgroup}) {
      CHECK(sharing.is_own(kind));
    }
    CHECK(sharing.shm == Shm::own);
    const Sharing said =
        parse_sharing({.pid = "private", .ipc = "private", .uts = "private", .network = "none"});
    CHECK(said.host == Ns::none);
    CHECK(said.joins.empty());
  }

  TEST_CASE("sharing: host leaves that of cooper, and shared memory with ipc") {
    const Sharing sharing = parse_sharing({.pid = "host", .ipc = "host"});
    CHECK(sharing.host == (Ns::pid | Ns::ipc));
    CHECK_FALSE(sharing.is_own(Ns::pid));
    CHECK(sharing.is_own(Ns::net));
    CHECK(sharing.shm == Shm::host);
    CHECK(parse_sharing({.ipc = "none"}).shm == Shm::none);
    CHECK(parse_sharing({.ipc = "none"}).is_own(Ns::ipc));
  }

  TEST_CASE("sharing: ns:PATH is joined, and its kind is the option's") {
    const Sharing sharing = parse_sharing({.uts = "ns:/a:b", .network = "ns:/run/netns/x"});
    CHECK(sharing.joins == std::vector<Join>{{Ns::uts, "/a:b"}, {Ns::net, "/run/netns/x"}});
    CHECK_FALSE(sharing.is_own(Ns::net));
    CHECK(sharing.shm == Shm::own);
  }

  TEST_CASE("sharing: another word is refused with what can be said") {
    CHECK_THROWS_WITH_AS(parse_sharing({.pid = "none"}),
                         "--pid 'none': it is host, private or ns:PATH", std::runtime_error);
    CHECK_THROWS_WITH_AS(parse_sharing({.network = "private"}),
                         "--network 'private': it is host, none or ns:PATH", std::runtime_error);
    for (const char* word : {"ns:", "HOST", "host ", "container:x", "\n"}) {
      CAPTURE(word);
      CHECK_THROWS_AS(parse_sharing({.uts = word}), std::runtime_error);
    }
  }

  TEST_CASE("user wish: the words of --userns, and a path") {
    CHECK(parse_user_wish("", {}, {}).kind == Kind::automatic);
    CHECK(parse_user_wish("host", {}, {}).kind == Kind::host);
    CHECK(parse_user_wish("private", {}, {}).kind == Kind::private_);
    CHECK(parse_user_wish("keep-id", {}, {}).kind == Kind::keep_id);
    CHECK(parse_user_wish("ns:/proc/7/ns/user", {}, {}).path == "/proc/7/ns/user");
    CHECK_THROWS_WITH_AS(parse_user_wish("auto", {}, {}),
                         "--userns 'auto': it is host, private, keep-id or ns:PATH",
                         std::runtime_error);
  }

  TEST_CASE("user wish: one map is the other's where that is not given") {
    const UserWish wish = parse_user_wish("private", {"0:100000:65536", "65536:1:2"}, {});
    CHECK(wish.kind == Kind::mapped);
    CHECK(wish.uids == Maps{{0, 100000, 65536}, {65536, 1, 2}});
    CHECK(wish.gids == wish.uids);
    const UserWish both = parse_user_wish("", {"0:1:1"}, {"0:2:1"});
    CHECK(both.gids == Maps{{0, 2, 1}});
    CHECK(parse_user_wish("", {"0:0:4294967295"}, {}).uids.front().count == 4294967295U);
  }

  TEST_CASE("user wish: a map that the kernel would refuse with EINVAL is refused in words") {
    refuse_map("", "INSIDE:OUTSIDE:COUNT");
    refuse_map("1:2", "INSIDE:OUTSIDE:COUNT");
    refuse_map("1:2:3:4", "INSIDE:OUTSIDE:COUNT");
    refuse_map("1:x:3", "three numbers");
    refuse_map("1:-1:3", "three numbers");
    refuse_map("01:1:3", "three numbers");
    refuse_map("1:4294967295:1", "three numbers");
    refuse_map("1:1:0", "no ids");
    refuse_map("1:4294967290:10", "last id");
    refuse_map("4294967294:1:2", "last id");
    refuse_map("1:1:18446744073709551615", "last id");
    refuse_map("0:1:1", "in another map");
    refuse_map("1:4999:2", "in another map");
    CHECK_THROWS_WITH_AS(parse_user_wish("", {"1:5000:1"}, {}), doctest::Contains("id 0"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(parse_user_wish("", std::vector<std::string>(341, "0:0:1"), {}),
                         doctest::Contains("340"), std::runtime_error);
    for (const char* userns : {"host", "keep-id", "ns:/x"}) {
      CHECK_THROWS_WITH_AS(parse_user_wish(userns, {"0:1:1"}, {}), doctest::Contains("--uidmap"),
                           std::runtime_error);
    }
  }

  TEST_CASE("id maps: who is who on the other side") {
    const Maps map = parse_map_file("         0     100000      65536\n 65536 1000 1\n");
    CHECK(map == Maps{{0, 100000, 65536}, {65536, 1000, 1}});
    CHECK(outside_of(map, 7) == 100007U);
    CHECK(outside_of(map, 65536) == 1000U);
    CHECK_FALSE(outside_of(map, 65537));
    CHECK(has_outside(map, 1000));
    CHECK_FALSE(has_outside(map, 0));
    CHECK(has_inside(map, 0));
    CHECK_FALSE(is_identity(map));
    CHECK(is_identity(parse_map_file("0 0 4294967295\n")));
  }

  TEST_CASE("id maps: what is given must hold a line in whole") {
    const Maps given = {{0, 1000, 1}, {1, 100000, 10}};
    CHECK_NOTHROW(require_given("--uidmap", {{0, 1000, 1}, {5, 100003, 7}}, given));
    CHECK_THROWS_WITH_AS(require_given("--uidmap", {{0, 100003, 8}}, given),
                         doctest::Contains("--uidmap: 100003 to 100010 are no ids"),
                         std::runtime_error);
    CHECK_THROWS_WITH_AS(require_given("--gidmap", {{0, 0, 1}}, given),
                         doctest::Contains("--gidmap: 0 is no id"), std::runtime_error);
    CHECK_THROWS_AS(require_given("--uidmap", {{0, 999, 2}}, given), std::runtime_error);
  }

  TEST_CASE("id maps: with keep-id the caller stays, and root is the first of the ranges") {
    CHECK(keep_id({{0, 1000, 1}}, 1000).empty());
    CHECK(keep_id({{0, 1000, 1}, {1, 100000, 65536}}, 1000) ==
          Maps{{0, 100000, 1000}, {1001, 101000, 64536}, {1000, 1000, 1}});
    CHECK(keep_id({{0, 5, 1}, {1, 100, 3}, {4, 200, 4}}, 5) ==
          Maps{{0, 100, 3}, {3, 200, 2}, {6, 202, 2}, {5, 5, 1}});
    CHECK(keep_id({{0, 50, 1}, {1, 100, 10}}, 50) == Maps{{0, 100, 10}, {50, 50, 1}});
  }
}
