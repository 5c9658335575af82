#include "toolkit/kernel/users.hpp"

#include <stdexcept>

#include "toolkit/test/test.hpp"

using toolkit::find_user;
using toolkit::format_map;
using toolkit::Identity;
using toolkit::IdMap;
using toolkit::IdMaps;
using toolkit::parse_subids;
using toolkit::resolve_user;
using toolkit::rootless_maps;

namespace {

using Groups = std::vector<gid_t>;
using Map = std::vector<IdMap>;

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "daemon:x:1:1::/usr/sbin:/usr/sbin/nologin\n"
    "web:x:1000:1000:The web:/srv/web:/bin/sh\n"
    "bare:x:1001:1001::/:\n"
    "homeless:x:1002:1002:::\n"
    "4000:x:1003:1003::/number:\n"
    "twin:x:1000:1004::/twin:\n";

constexpr std::string_view kGroup =
    "root:x:0:\n"
    "daemon:x:1:\n"
    "web:x:1000:\n"
    "audio:x:29:web,bare\n"
    "video:x:44:bare,web\n"
    "5000:x:50:\n";

Identity resolve(std::string_view wanted) { return resolve_user(wanted, kPasswd, kGroup); }

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("users: a line of passwd is found by name and by number") {
    const auto by_name = find_user(kPasswd, "web");
    REQUIRE(by_name);
    CHECK(by_name->uid == 1000);
    CHECK(by_name->gid == 1000);
    CHECK(by_name->home == "/srv/web");
    CHECK(find_user(kPasswd, uid_t{1})->name == "daemon");
    CHECK_FALSE(find_user(kPasswd, "nobody"));
    CHECK_FALSE(find_user(kPasswd, uid_t{4321}));
  }

  TEST_CASE("users: the first of two lines with one number counts") {
    CHECK(find_user(kPasswd, uid_t{1000})->name == "web");
  }

  TEST_CASE("users: malformed lines of passwd are no users") {
    CHECK_FALSE(find_user("a:x:1\n", "a"));
    CHECK_FALSE(find_user("a:x:1x:0::/:\n", "a"));
    CHECK_FALSE(find_user("a:x::0::/:\n", "a"));
    CHECK_FALSE(find_user("a:x:01:0::/:\n", "a"));
    CHECK_FALSE(find_user("a:x:-1:0::/:\n", "a"));
    CHECK_FALSE(find_user("a:x:4294967295:0::/:\n", "a"));
    CHECK(find_user("junk\n\na:x:7:8::/:\n", "a")->uid == 7);
    CHECK_FALSE(find_user("", "a"));
  }

  TEST_CASE("users: a name has the ids and home and groups of its lines") {
    const Identity web = resolve("web");
    CHECK(web.uid == 1000);
    CHECK(web.gid == 1000);
    CHECK(web.groups == Groups{29, 44});
    CHECK(web.home == "/srv/web");
  }

  TEST_CASE("users: a number that somebody has is that somebody") {
    const Identity web = resolve("1000");
    CHECK(web.uid == 1000);
    CHECK(web.gid == 1000);
    CHECK(web.groups == Groups{29, 44});
    CHECK(web.home == "/srv/web");
  }

  TEST_CASE("users: a number that nobody has is fine and of group 0") {
    const Identity stranger = resolve("4321");
    CHECK(stranger.uid == 4321);
    CHECK(stranger.gid == 0);
    CHECK(stranger.groups.empty());
    CHECK(stranger.home == "/");
  }

  TEST_CASE("users: digits are a number even where a name is written like it") {
    CHECK(resolve("4000").uid == 4000);
    CHECK(resolve("web:5000").gid == 5000);
  }

  TEST_CASE("users: a group by name or number is the only one") {
    const Identity by_name = resolve("web:audio");
    CHECK(by_name.uid == 1000);
    CHECK(by_name.gid == 29);
    CHECK(by_name.groups.empty());
    CHECK(by_name.home == "/srv/web");
    CHECK(resolve("web:44").gid == 44);
    CHECK(resolve("1000:video").gid == 44);
    CHECK(resolve("4321:4322").gid == 4322);
    CHECK(resolve("4321:4322").uid == 4321);
    CHECK(resolve("root:0").uid == 0);
  }

  TEST_CASE("users: a line without a home means the root directory") {
    CHECK(resolve("homeless").home == "/");
  }

  TEST_CASE("users: without the files a number still works") {
    const Identity identity = resolve_user("7:8", "", "");
    CHECK(identity.uid == 7);
    CHECK(identity.gid == 8);
    CHECK(resolve_user("0", "", "").home == "/");
    CHECK_THROWS_AS(resolve_user("root", "", ""), std::runtime_error);
  }

  TEST_CASE("users: a name that nobody has is an error that tells which file") {
    CHECK_THROWS_WITH(resolve("nobody"), "no user 'nobody' in the container's /etc/passwd");
    CHECK_THROWS_WITH(resolve("web:staff"), "no group 'staff' in the container's /etc/group");
    CHECK_THROWS_WITH(resolve("1x"), "no user '1x' in the container's /etc/passwd");
    CHECK_THROWS_WITH(resolve("-1"), "no user '-1' in the container's /etc/passwd");
    CHECK_THROWS_WITH(resolve("a\x1b[2J"), "no user 'a\\x1b[2J' in the container's /etc/passwd");
  }

  TEST_CASE("users: ids that overflow or wrap or hide are errors and never root") {
    for (const char* hostile :
         {"", ":", ":0", "web:", "01", "00", "4294967295", "4294967296", "18446744073709551616",
          "web:4294967295", "web:01", "1000:1:1", "0x0", " 0", "0 ", "+0", "root "}) {
      CAPTURE(hostile);
      CHECK_THROWS_AS(resolve(hostile), std::runtime_error);
    }
  }

  TEST_CASE("users: subordinate ids are found by name and by number") {
    constexpr std::string_view kFile = "web:100000:65536\nother:200000:65536\n1000:300000:10\n";
    CHECK(parse_subids(kFile, "web", 1000) ==
          Map{{.outside = 100000, .count = 65536}, {.outside = 300000, .count = 10}});
    CHECK(parse_subids(kFile, "other", 1) == Map{{.outside = 200000, .count = 65536}});
    CHECK(parse_subids(kFile, "nobody", 65534).empty());
    CHECK(parse_subids("", "web", 1000).empty());
  }

  TEST_CASE("users: a user without a name has no part in lines without one") {
    CHECK(parse_subids(":100000:65536\n", "", 1234).empty());
  }

  TEST_CASE("users: malformed and empty ranges are none") {
    for (const char* line :
         {"web:1:", "web::1", "web:1", "web:1:2:3", "web:-1:5", "web:1x:5", "web:01:5", "web:5:0",
          "web:4294967295:1", "web:1:4294967296", "# web:1:2", "web"}) {
      CAPTURE(line);
      CHECK(parse_subids(line, "web", 1000).empty());
    }
  }

  TEST_CASE("users: without ranges one id becomes root and setgroups is denied") {
    const IdMaps maps = rootless_maps(1000, 100, {}, {});
    CHECK(maps.uids == Map{{.inside = 0, .outside = 1000, .count = 1}});
    CHECK(maps.gids == Map{{.inside = 0, .outside = 100, .count = 1}});
    CHECK(maps.setgroups == IdMaps::Setgroups::deny);
    CHECK(maps.writer == IdMaps::Writer::self);
  }

  TEST_CASE("users: ranges of one kind alone are of no use") {
    CHECK(rootless_maps(1000, 100, {{.outside = 5000, .count = 10}}, {}).uids.size() == 1);
    CHECK(rootless_maps(1000, 100, {}, {{.outside = 5000, .count = 10}}).gids.size() == 1);
  }

  TEST_CASE("users: ranges follow each other from 1 on") {
    const IdMaps maps =
        rootless_maps(1000, 100, {{.outside = 5000, .count = 10}, {.outside = 7000, .count = 20}},
                      {{.outside = 6000, .count = 30}});
    CHECK(maps.uids == Map{{.inside = 0, .outside = 1000, .count = 1},
                           {.inside = 1, .outside = 5000, .count = 10},
                           {.inside = 11, .outside = 7000, .count = 20}});
    CHECK(maps.gids == Map{{.inside = 0, .outside = 100, .count = 1},
                           {.inside = 1, .outside = 6000, .count = 30}});
    CHECK(maps.setgroups == IdMaps::Setgroups::allow);
    CHECK(maps.writer == IdMaps::Writer::newidmap);
  }

  TEST_CASE("users: maps know which ids are theirs") {
    const IdMaps maps =
        rootless_maps(1000, 100, {{.outside = 5000, .count = 10}}, {{.outside = 6000, .count = 3}});
    CHECK(maps.maps_uid(0));
    CHECK(maps.maps_uid(10));
    CHECK_FALSE(maps.maps_uid(11));
    CHECK(maps.maps_gid(3));
    CHECK_FALSE(maps.maps_gid(4));
    CHECK_FALSE(IdMaps{}.maps_uid(0));
  }

  TEST_CASE("users: the identity maps every id that is one to itself") {
    const IdMaps maps = toolkit::identity_maps();
    CHECK(maps.maps_uid(0));
    CHECK(maps.maps_gid(4294967294U));
    CHECK_FALSE(maps.maps_uid(4294967295U));
    CHECK(maps.setgroups == IdMaps::Setgroups::allow);
  }

  TEST_CASE("users: a map is written as the kernel reads it") {
    CHECK(format_map({{.inside = 0, .outside = 1000, .count = 1},
                      {.inside = 1, .outside = 100000, .count = 65536}}) ==
          "0 1000 1\n1 100000 65536\n");
    CHECK(format_map({}).empty());
  }
}
