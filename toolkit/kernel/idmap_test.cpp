// What the kernel and newuidmap(1) make of the maps of users.hpp.
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/users.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::check;
using toolkit::Gate;
using toolkit::IdMaps;
using toolkit::Ns;
using toolkit::Process;
using toolkit::read_file;
using toolkit::test::in_child;
using toolkit::test::TempDir;

namespace {

constexpr uid_t kNobody = 65534;

/// A map file of /proc/self with single blanks: "0 65534 1\n".
std::string map_of_self(const std::string& name) {
  const std::string text = read_file("/proc/self/" + name);
  std::string map;
  for (const std::string_view line : toolkit::lines(text)) {
    const auto fields = toolkit::words(line);
    REQUIRE(fields.size() == 3);
    map.append(fields[0]).append(" ").append(fields[1]).append(" ").append(fields[2]).append("\n");
  }
  return map;
}

/// Spawns a child with a new user namespace and these ids, and runs body in it. For use in a child.
void with_maps(const IdMaps& maps, const std::function<void()>& body) {
  in_child([&] {
    Gate mapped;
    const auto begin = [&] {
      mapped.wait();
      in_child(body);
    };
    Process child = Process::spawn({.namespaces = Ns::user}, begin);
    write_id_maps(child.pid(), maps);
    mapped.open();
    child.await_exec();
    CHECK(child.wait().shell_code() == 0);
  });
}

/// From root to a normal user. The change makes a process undumpable, and the files in /proc of its
/// children root's: a program that starts as that user would not be.
void become_nobody() {
  check(::setgroups(0, nullptr), "setgroups");
  check(::setresgid(kNobody, kNobody, kNobody), "setresgid");
  check(::setresuid(kNobody, kNobody, kNobody), "setresuid");
  check(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl");
}

bool has_newuidmap() { return ::access("/usr/bin/newuidmap", X_OK) == 0; }

/// Runs body as a user "tester" with the number of nobody, whose /etc has these ranges and no more.
void as_tester(const std::string& subuid, const std::string& subgid,
               const std::function<void()>& body) {
  const TempDir etc;
  etc.file("passwd", "tester:x:65534:65534::/:/bin/sh\n");
  etc.file("group", "tester:x:65534:\n");
  etc.file("subuid", subuid);
  etc.file("subgid", subgid);
  check(::chmod(etc.path().c_str(), 0755), "chmod");
  Process child = Process::spawn({.namespaces = Ns::mount}, [&] {
    toolkit::set_propagation("/", toolkit::Propagation::private_);
    toolkit::bind(etc.path(), "/etc");
    become_nobody();
    in_child(body);
  });
  child.await_exec();
  REQUIRE(child.wait().shell_code() == 0);
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("users: one id becomes root in its user namespace [userns]") {
    NEEDS_USER_NAMESPACES();
    const uid_t uid = ::geteuid();
    const gid_t gid = ::getegid();
    with_maps(toolkit::rootless_maps(uid, gid, {}, {}), [=] {
      CHECK(::geteuid() == 0);
      CHECK(::getegid() == 0);
      CHECK(map_of_self("uid_map") == "0 " + std::to_string(uid) + " 1\n");
      CHECK(map_of_self("gid_map") == "0 " + std::to_string(gid) + " 1\n");
      CHECK(read_file("/proc/self/setgroups") == "deny\n");
      CHECK(::setgroups(0, nullptr) == -1);
    });
  }

  TEST_CASE("users: a user that root became maps the own id [root] [userns]") {
    SKIP_UNLESS(toolkit::test::is_root(), "only root becomes another user");
    NEEDS_USER_NAMESPACES();
    in_child([] {
      become_nobody();
      SKIP_UNLESS(toolkit::test::has_user_namespaces(), "a normal user makes none here");
      with_maps(toolkit::rootless_maps(kNobody, kNobody, {}, {}), [] {
        CHECK(::geteuid() == 0);
        CHECK(map_of_self("uid_map") == "0 65534 1\n");
        CHECK(read_file("/proc/self/setgroups") == "deny\n");
      });
    });
  }

  TEST_CASE("users: the id of somebody else is refused by the kernel [root] [userns]") {
    SKIP_UNLESS(toolkit::test::is_root(), "only root becomes another user");
    NEEDS_USER_NAMESPACES();
    in_child([] {
      become_nobody();
      SKIP_UNLESS(toolkit::test::has_user_namespaces(), "a normal user makes none here");
      Process child = Process::spawn({.namespaces = Ns::user}, [] { ::pause(); });
      try {
        write_id_maps(child.pid(), toolkit::rootless_maps(0, kNobody, {}, {}));
        FAIL_CHECK("the kernel took the map");
      } catch (const toolkit::SystemError& error) {
        CHECK(error.number() == EPERM);
        CHECK(error.operation() == "write");
        CHECK(error.subject() == "/proc/" + std::to_string(child.pid()) + "/uid_map");
      }
    });
  }

  TEST_CASE("users: root maps every id to itself and may drop groups [root] [userns]") {
    SKIP_UNLESS(toolkit::test::is_root(), "only root maps all ids");
    NEEDS_USER_NAMESPACES();
    SKIP_UNLESS(map_of_self("uid_map") == "0 0 4294967295\n", "this is a user namespace itself");
    with_maps(toolkit::identity_maps(), [] {
      CHECK(map_of_self("uid_map") == "0 0 4294967295\n");
      CHECK(map_of_self("gid_map") == "0 0 4294967295\n");
      CHECK(read_file("/proc/self/setgroups") == "allow\n");
      CHECK(::setgroups(0, nullptr) == 0);
    });
  }

  TEST_CASE("users: newuidmap writes the ranges of subuid and subgid [root] [userns]") {
    SKIP_UNLESS(toolkit::test::is_root(), "only root binds files over those of /etc");
    SKIP_UNLESS(has_newuidmap(), "newuidmap is not installed");
    as_tester("tester:200000:65536\n", "65534:300000:1000\n", [] {
      SKIP_UNLESS(toolkit::test::has_user_namespaces(), "a normal user makes none here");
      with_maps(toolkit::maps_of_caller(), [] {
        CHECK(map_of_self("uid_map") == "0 65534 1\n1 200000 65536\n");
        CHECK(map_of_self("gid_map") == "0 65534 1\n1 300000 1000\n");
        CHECK(read_file("/proc/self/setgroups") == "allow\n");
        CHECK(::setgroups(0, nullptr) == 0);
        CHECK(::setresuid(33, 33, 33) == 0);
      });
    });
  }

  TEST_CASE("users: a user without ranges falls back to the single id [root] [userns]") {
    SKIP_UNLESS(toolkit::test::is_root(), "only root binds files over those of /etc");
    as_tester("other:200000:65536\n", "other:200000:65536\n", [] {
      const IdMaps maps = toolkit::maps_of_caller();
      CHECK(maps.writer == IdMaps::Writer::self);
      CHECK(toolkit::format_map(maps.uids) == "0 65534 1\n");
    });
  }

  TEST_CASE("users: ranges that are not the user's are refused by newuidmap [root] [userns]") {
    SKIP_UNLESS(toolkit::test::is_root(), "only root binds files over those of /etc");
    SKIP_UNLESS(has_newuidmap(), "newuidmap is not installed");
    as_tester("tester:200000:10\n", "tester:200000:10\n", [] {
      SKIP_UNLESS(toolkit::test::has_user_namespaces(), "a normal user makes none here");
      const toolkit::Fd nowhere = toolkit::open_file("/dev/null", O_WRONLY);
      check(::dup2(nowhere.get(), 2), "dup2");  // where newuidmap complains
      Process child = Process::spawn({.namespaces = Ns::user}, [] { ::pause(); });
      const std::vector<toolkit::IdMap> foreign = {{.outside = 0, .count = 10}};
      CHECK_THROWS_WITH_AS(
          write_id_maps(child.pid(), toolkit::rootless_maps(kNobody, kNobody, foreign, foreign)),
          "/usr/bin/newuidmap refused the id map; /etc/subuid and /etc/subgid say what it allows",
          std::runtime_error);
    });
  }
}
