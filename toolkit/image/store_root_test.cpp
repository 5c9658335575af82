// What a store does on filesystems and for users that only root can make.
#include <unistd.h>

#include <filesystem>

#include "toolkit/image/test_store.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/process.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT
namespace fs = std::filesystem;

namespace {

constexpr uid_t kNobody = 65534;

Item owned(Item item, std::int64_t uid) {
  item.entry.uid = uid;
  item.entry.gid = uid;
  return item;
}

/// In a mount namespace of the caller's own, where these are the ranges of users.
void as_nobody_with_ranges(const std::string& ranges) {
  set_propagation("/", Propagation::private_);
  toolkit::bind(ranges, "/etc/subuid");  // qualified: std::bind would match better
  toolkit::bind(ranges, "/etc/subgid");
  become(kNobody);
}

/// Unpacks on ever larger disks until one is large enough: how many were not. Throws what was said
/// of one that was neither unpacked nor refused in one line with nothing left.
int full_disks(const StoreSample& sample, const std::vector<std::string>& sizes) {
  set_propagation("/", Propagation::private_);
  for (std::size_t full = 0; full < sizes.size(); ++full) {
    mount("store", sample.store, "tmpfs", 0, "mode=0700," + sizes[full]);
    const std::string line = sample.refusal();
    if (line == "accepted") return static_cast<int>(full);
    const bool clean = line.ends_with("No space left on device") && sample.is_clean();
    if (!clean) throw std::runtime_error(sizes[full] + ": " + line);
    unmount(sample.store);
  }
  throw std::runtime_error("no disk was large enough");
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("store: owners are kept [root]") {
    SKIP_UNLESS(is_root() && can_unpack(), "only root has all ids");
    const StoreSample sample({test::tar({owned(file("f", ""), 1234)})});
    sample.unpack();
    CHECK(status_of(sample.in_tree("f")).st_uid == 1234);
    CHECK_FALSE(fs::exists(sample.in_tree("../single")));
  }

  TEST_CASE("store: a full disk is one line and leaves nothing [root]") {
    SKIP_UNLESS(is_root() && can_unpack(), "a filesystem of the test's own takes root");
    const StoreSample sample({test::tar({file("d/a", std::string(300 << 10, 'x')), file("d/b", "y"),
                                         directory("e"), soft_link("l", std::string(200, 'z'))})});
    std::vector<std::string> sizes;
    for (int size = 4096; size < 32768; size += 4096)
      sizes.push_back("size=" + std::to_string(size));
    for (int size = 32768; size < 2 << 20; size += 49152) {
      sizes.push_back("size=" + std::to_string(size));
    }
    Process::spawn({.namespaces = Ns::mount}, [&] {
      if (full_disks(sample, sizes) < 10) throw std::runtime_error("few disks were full");
    }).await_exec();
  }

  TEST_CASE("store: a disk without inodes is one line and leaves nothing [root]") {
    SKIP_UNLESS(is_root() && can_unpack(), "a filesystem of the test's own takes root");
    const StoreSample sample({test::tar({file("d/a", "x"), file("d/b", "y"), directory("e")})});
    std::vector<std::string> counts;
    for (int inodes = 2; inodes < 40; ++inodes) {
      counts.push_back("nr_inodes=" + std::to_string(inodes));
    }
    Process::spawn({.namespaces = Ns::mount}, [&] {
      if (full_disks(sample, counts) < 5) throw std::runtime_error("few disks were full");
    }).await_exec();
  }

  TEST_CASE("store: a user with one id owns all of an image [root] [userns]") {
    SKIP_UNLESS(is_root() && can_unpack(), "only root can become another user");
    SKIP_UNLESS(has_user_namespaces(), "no user namespaces");
    Item ping = file("ping", "");
    ping.entry.xattrs = {
        {.name = "security.capability",
         .value = std::string("\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)}};
    const StoreSample sample({test::tar({owned(file("f", "x", 04755), 1234), directory("locked", 0),
                                         owned(soft_link("l", "f"), 99), ping}),
                              test::tar({file("locked/inner", ""), file(".wh.l", "")})});
    sample.give_to(kNobody);
    Process::spawn({}, [&] {
      become(kNobody);
      sample.unpack();
      if (!sample.record()) throw std::runtime_error("no record");
    }).await_exec();
    const fs::path tree = fs::directory_iterator(sample.store + "/trees/sha256")->path();
    CHECK(status_of(tree / "fs/f").st_uid == kNobody);
    CHECK((status_of(tree / "fs/f").st_mode & 07777U) == 04755);
    CHECK(fs::exists(tree / "fs/locked/inner"));
    CHECK(fs::exists(tree / "single"));
  }

  TEST_CASE("store: a user with ranges keeps the owners of an image [root] [userns]") {
    SKIP_UNLESS(is_root() && can_unpack(), "only root can become another user");
    SKIP_UNLESS(has_user_namespaces(), "no user namespaces");
    SKIP_UNLESS(fs::exists("/usr/bin/newuidmap"), "newuidmap is not installed (package uidmap)");
    const StoreSample sample({test::tar({file("root", ""), owned(file("f", "x", 06755), 1234)})});
    sample.give_to(kNobody);
    const std::string ranges = sample.temp.file("ranges", "65534:100000:65536\n");
    Process::spawn({.namespaces = Ns::mount}, [&] {
      as_nobody_with_ranges(ranges);
      sample.unpack();
    }).await_exec();
    const fs::path tree = fs::directory_iterator(sample.store + "/trees/sha256")->path();
    CHECK(status_of(tree / "fs/root").st_uid == kNobody);
    CHECK(status_of(tree / "fs/f").st_uid == 100000 + 1234 - 1);
    CHECK((status_of(tree / "fs/f").st_mode & 07777U) == 06755);
    CHECK_FALSE(fs::exists(tree / "single"));
    fs::remove_all(sample.store + "/images");
    Process::spawn({.namespaces = Ns::mount}, [&] {
      as_nobody_with_ranges(ranges);
      remove_unrecorded(sample.store);
    }).await_exec();
    CHECK(sample.is_clean());
  }

  TEST_CASE("store: an owner outside the ranges is refused and leaves nothing [root] [userns]") {
    SKIP_UNLESS(is_root() && can_unpack(), "only root can become another user");
    SKIP_UNLESS(has_user_namespaces(), "no user namespaces");
    SKIP_UNLESS(fs::exists("/usr/bin/newuidmap"), "newuidmap is not installed (package uidmap)");
    const StoreSample sample({test::tar({owned(file("a", ""), 50), owned(file("f", ""), 1234)})});
    sample.give_to(kNobody);
    const std::string ranges = sample.temp.file("ranges", "65534:100000:1000\n");
    Process child = Process::spawn({.namespaces = Ns::mount}, [&] {
      as_nobody_with_ranges(ranges);
      sample.unpack();
    });
    CHECK_THROWS_WITH(child.await_exec(),
                      "layer: entry 'f': owner 1234:1234 is outside this user's ranges; see "
                      "/etc/subuid and /etc/subgid");
    CHECK(sample.count("tmp") == 0);
  }
}
