#include "toolkit/check/mounts.hpp"

#include <unistd.h>

#include "toolkit/check/observe.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::MountInfo;
using namespace toolkit::checks;  // NOLINT: the module tested

namespace {

Mounts some_mounts() {
  return toolkit::parse_mounts(
      "10 1 8:1 / / rw shared:1 - ext4 sda rw\n"
      "11 10 0:30 / /w rw shared:7 master:2 - tmpfs w rw\n"
      "12 11 0:30 /r7f3a /w/r7f3a rw,nosuid,noexecs - tmpfs w rw\n"
      "13 12 0:31 / /w/r7f3a/proc rw - sysfs sys rw\n"
      "14 13 0:32 / /w/r7f3a/proc rw - proc proc rw\n"
      "15 12 0:33 / /w/r7f3a/sys rw - ramfs other rw\n"
      "16 12 0:31 / /w/r7f3a/sys rw - sysfs sys rw\n");
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("mounts: the mount of a directory is found by its name") {
    const Mounts mounts = some_mounts();
    REQUIRE(mount_of(mounts, "/w/r7f3a") != nullptr);
    CHECK(mount_of(mounts, "/w/r7f3a")->id == 12);
    CHECK(mount_of(mounts, "/w/7f3a") == nullptr);
  }

  TEST_CASE("mounts: what is mounted below another is its own child, the topmost") {
    const Mounts mounts = some_mounts();
    REQUIRE(mount_below(mounts, mounts[2], "/sys") != nullptr);
    CHECK(mount_below(mounts, mounts[2], "/sys")->type == "sysfs");
    CHECK(mount_below(mounts, mounts[1], "/r7f3a/sys") == nullptr);
    CHECK(mount_below(mounts, mounts[0], "/w") == &mounts[1]);
    CHECK(mount_on(mounts, "/w") == &mounts[1]);
    CHECK(mount_on(mounts, "/none") == nullptr);
  }

  TEST_CASE("mounts: one lies in another, and one shows what another shows") {
    const Mounts mounts = some_mounts();
    CHECK(mount_in(mounts, mounts[1]) == &mounts[2]);
    CHECK(mount_in(mounts, mounts[5]) == nullptr);
    CHECK(twin_of(mounts[6], mounts) == &mounts[3]);
    CHECK(twin_of(mounts[0], {mounts[1]}) == nullptr);
  }

  TEST_CASE("mounts: peer groups are those that are shared") {
    CHECK(peer_groups(some_mounts()) == std::set<std::string>{"shared:1", "shared:7"});
  }

  TEST_CASE("mounts: a slave names the group that it hears") {
    CHECK(master_of(some_mounts()[1]) == "shared:2");
    CHECK(master_of(some_mounts()[0]).empty());
  }

  TEST_CASE("mounts: options that are lacking are whole words") {
    const MountInfo mount = some_mounts()[2];
    CHECK(lacking(mount, {"nosuid"}).empty());
    CHECK(lacking(mount, {"nodev", "nosuid", "noexec"}) == "nodev, noexec");
  }

  TEST_CASE("mounts: of many mounts a few are shown") {
    const Mounts mounts = some_mounts();
    CHECK(to_text(Mounts{mounts[2]}) == "/w/r7f3a is /r7f3a of tmpfs w, rw,nosuid,noexecs");
    CHECK(to_text(mounts).ends_with(to_text(mounts[2]) + "\nand 4 more"));
  }

  TEST_CASE("mounts: a difference is lines that went and lines that came") {
    CHECK(difference("a\nbc\nd\n", "a\nb\nd\n") == "- bc\n+ b\n");
    CHECK(difference("a\n", "a\n").empty());
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("mounts: a namespace has mounts that a process in it has no path to") {
    NEEDS_USER_NAMESPACES();
    toolkit::test::inside(toolkit::Ns::mount, [] {
      toolkit::mount("hidden", "/mnt", "tmpfs", 0);
      toolkit::Pipe ready = toolkit::make_pipe();
      const auto child = toolkit::Process::spawn({}, [&ready] {
        toolkit::check(::chroot("/proc"), "chroot", "/proc");
        ready.write.reset();
        ::pause();
      });
      ready.write.reset();
      toolkit::read_all(ready.read, "ready");
      const auto is_hidden = [](const MountInfo& mount) { return mount.source == "hidden"; };
      const Mounts named = mounts_of(child.pid());
      const Mounts all = all_mounts(child.pid());
      CHECK(std::none_of(named.begin(), named.end(), is_hidden));
      CHECK(std::any_of(all.begin(), all.end(), is_hidden));
    });
  }
}
