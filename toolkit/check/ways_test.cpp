#include "toolkit/check/ways.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <functional>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

/// The ways of a child in a mount namespace of its own. It did something before it was there, and
/// something afterwards.
std::vector<Way> ways_after(const std::function<void()>& before,
                            const std::function<void()>& after) {
  Pipe ready = make_pipe();
  Gate seen;
  Process child = Process::spawn({.namespaces = Ns::user}, [&] {
    check(::unshare(CLONE_NEWNS), "unshare", "CLONE_NEWNS");
    set_propagation("/", Propagation::private_);
    before();
    check(::unshare(CLONE_NEWNS), "unshare", "CLONE_NEWNS");
    after();
    write_all(ready.write, "ready", "ready");
    ready.write.reset();
    seen.wait();
  });
  ready.write.reset();
  REQUIRE(read_all(ready.read, "ready") == "ready");
  std::vector<Way> ways = ways_outside(child.pid());
  seen.open();
  child.await_exec();
  return ways;
}

void nothing() {}
void keep_open(const char* path, int flags) { check(::open(path, flags), "open", path); }

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("ways: who opened nothing has none, and what it opens inside is none") {
    NEEDS_USER_NAMESPACES();
    CHECK(ways_after(nothing, nothing).empty());
    CHECK(ways_after(nothing, [] { keep_open("/", O_PATH | O_DIRECTORY); }).empty());
    CHECK(ways_after([] { keep_open("/dev/null", O_RDONLY); }, nothing).empty());
  }

  TEST_CASE("ways: a directory that was opened outside leads there") {
    NEEDS_USER_NAMESPACES();
    const std::vector<Way> ways =
        ways_after([] { keep_open("/usr", O_PATH | O_DIRECTORY); }, nothing);
    REQUIRE(ways.size() == 1);
    CHECK(ways[0].held.starts_with("descriptor "));
    CHECK(ways[0].target == "/usr");
    CHECK(ways[0].leads == Leads::outside);
  }

  TEST_CASE("ways: a namespace and a process lead away") {
    NEEDS_USER_NAMESPACES();
    std::vector<Way> ways = ways_after([] { keep_open("/proc/self/ns/mnt", O_RDONLY); }, nothing);
    REQUIRE(ways.size() == 1);
    CHECK(ways[0].target.starts_with("mnt:["));
    CHECK(ways[0].leads == Leads::away);
    ways =
        ways_after([] { check(::syscall(SYS_pidfd_open, ::getppid(), 0), "pidfd_open"); }, nothing);
    REQUIRE(ways.size() == 1);
    CHECK(ways[0].leads == Leads::away);
  }

  TEST_CASE("ways: a working directory on a mount that was detached") {
    NEEDS_USER_NAMESPACES();
    const std::vector<Way> ways = ways_after(nothing, [] {
      mount("none", "/mnt", "tmpfs", 0);
      check(::chdir("/mnt"), "chdir", "/mnt");
      unmount("/mnt", Detach::yes);
    });
    REQUIRE(ways.size() == 1);
    CHECK(ways[0].held == "its working directory");
    CHECK(ways[0].leads == Leads::outside);
  }
}

}  // namespace toolkit::checks
