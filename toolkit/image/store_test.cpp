#include "toolkit/image/store.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/image/layout_writer.hpp"
#include "toolkit/image/test_layers.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT
namespace fs = std::filesystem;

namespace {

constexpr uid_t kNobody = 65534;

/// A layout and a store beside it.
struct Sample {
  explicit Sample(const std::vector<std::string>& layers) {
    write_layout(layout, layers);
    fs::create_directory(store);
    fs::permissions(store, fs::perms::owner_all);
  }
  void unpack(const Quota& quota = {}) const { unpack_image(store, layout, "", quota); }
  [[nodiscard]] std::string refusal(const Quota& quota = {}) const {
    try {
      unpack(quota);
      return "accepted";
    } catch (const std::exception& error) {
      return error.what();
    }
  }
  [[nodiscard]] std::optional<ImageRecord> record() const { return find_record(store, layout, ""); }
  [[nodiscard]] std::string in_tree(const std::string& name) const {
    return record().value().root + "/" + name;
  }
  [[nodiscard]] std::size_t count(const std::string& directory) const {
    const fs::path path = store + "/" + directory;
    if (!fs::exists(path)) return 0;
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), {}));
  }
  [[nodiscard]] bool is_clean() const {
    return !record() && count("tmp") == 0 && count("trees/sha256") == 0;
  }
  void give_to(uid_t user) const {
    for (const auto& entry : fs::recursive_directory_iterator(temp.path())) {
      check(::lchown(entry.path().c_str(), user, user), "lchown", entry.path().native());
    }
    check(::chown(temp.path().c_str(), user, user), "chown");
  }
  /// The only blob of this many bytes or more: the layer.
  [[nodiscard]] fs::path layer_blob() const {
    fs::path largest;
    for (const auto& entry : fs::directory_iterator(layout + "/blobs/sha256")) {
      if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
    }
    return largest;
  }

  TempDir temp = {};
  std::string layout = temp.at("layout");
  std::string store = temp.at("store");
};

Item owned(Item item, std::int64_t uid) {
  item.entry.uid = uid;
  item.entry.gid = uid;
  return item;
}

struct stat status_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

void become(uid_t user) {
  check(::setresgid(user, user, user), "setresgid");
  check(::setresuid(user, user, user), "setresuid");
  check(::prctl(PR_SET_DUMPABLE, 1), "prctl");  // or its /proc files belong to root
}

/// In a mount namespace of the caller's own, where these are the ranges of users.
void as_nobody_with_ranges(const std::string& ranges) {
  set_propagation("/", Propagation::private_);
  toolkit::bind(ranges, "/etc/subuid");  // qualified: std::bind would match better
  toolkit::bind(ranges, "/etc/subgid");
  become(kNobody);
}

/// The first entry that a directory gets.
fs::path await_entry(const fs::path& directory) {
  const Fd events(check(::inotify_init1(IN_CLOEXEC), "inotify_init1"));
  check(::inotify_add_watch(events.get(), directory.c_str(), IN_CREATE), "inotify_add_watch");
  std::array<char, 4096> buffer{};
  while (fs::is_empty(directory)) check(::read(events.get(), buffer.data(), buffer.size()), "read");
  return fs::directory_iterator(directory)->path();
}

bool can_unpack() { return is_root() || has_user_namespaces(); }

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("store: an image is unpacked and recorded [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("a", "low"), file("gone", "")}),
                         test::tar({file("a", "high"), file(".wh.gone", "")})});
    sample.unpack();
    REQUIRE(sample.record());
    CHECK(sample.record()->cmd == std::vector<std::string>{"sh"});
    CHECK(sample.record()->manifest_digest.starts_with("sha256:"));
    CHECK(sample.record()->root.starts_with(sample.store + "/trees/sha256/"));
    CHECK(read_file(sample.in_tree("a")) == "high");
    CHECK_FALSE(fs::exists(sample.in_tree("gone")));
    CHECK(sample.count("tmp") == 0);
  }

  TEST_CASE("store: no other user reaches a tree [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("su", "", 04755)})});
    sample.unpack();
    const fs::path parent = fs::path(sample.record()->root).parent_path();
    CHECK((status_of(parent).st_mode & 07777U) == 0700);
    CHECK((status_of(sample.in_tree("su")).st_mode & 07777U) == 04755);
  }

  TEST_CASE("store: a second call makes nothing anew [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("a", "")})});
    sample.unpack();
    const ino_t inode = status_of(sample.in_tree("a")).st_ino;
    sample.unpack();
    CHECK(status_of(sample.in_tree("a")).st_ino == inode);
  }

  TEST_CASE("store: images of the same layers share a tree [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const std::string layer = test::tar({file("a", "")});
    const Sample sample({layer});
    const std::string other = write_layout(sample.temp.at("other"), {layer}, "v2");
    sample.unpack();
    unpack_image(sample.store, other, "v2");
    CHECK(find_record(sample.store, other, "v2")->root == sample.record()->root);
    CHECK(sample.count("trees/sha256") == 1);
  }

  TEST_CASE("store: a tree goes with the last record that names it [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const std::string layer = test::tar({directory("locked", 0), file("locked/f", "", 0)});
    const Sample sample({layer});
    sample.unpack();
    unpack_image(sample.store, write_layout(sample.temp.at("other"), {layer}), "latest");
    const std::string tree = sample.record()->root;
    remove_unrecorded(sample.store);
    CHECK(fs::exists(tree));
    remove_record(sample.store, sample.layout, "");
    remove_unrecorded(sample.store);
    CHECK(fs::exists(tree));
    remove_record(sample.store, sample.temp.at("other"), "latest");
    remove_unrecorded(sample.store);
    CHECK_FALSE(fs::exists(tree));
    CHECK(sample.is_clean());
  }

  TEST_CASE("store: a changed layout is unpacked anew [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("a", "old")})});
    sample.unpack();
    write_layout(sample.layout, {test::tar({file("a", "new")})});
    CHECK_FALSE(sample.record());
    sample.unpack();
    CHECK(read_file(sample.in_tree("a")) == "new");
  }

  TEST_CASE("store: two first starts make one tree [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("a", std::string(1 << 20, 'x'))})});
    const auto start = [&] { return Process::spawn({}, [&] { sample.unpack(); }); };
    Process one = start();
    Process two = start();
    Process three = start();
    CHECK_NOTHROW(one.await_exec());
    CHECK_NOTHROW(two.await_exec());
    CHECK_NOTHROW(three.await_exec());
    CHECK(sample.record());
    CHECK(sample.count("trees/sha256") == 1);
    CHECK(sample.count("tmp") == 0);
  }

  TEST_CASE("store: what a killed unpack left goes with the next [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    std::vector<Item> items;
    for (int i = 0; i < 3000; ++i) items.push_back(file("d/" + std::to_string(i), ""));
    const Sample sample({test::tar(items)});
    fs::create_directory(sample.store + "/tmp");
    Process child = Process::spawn({}, [&] { sample.unpack(); });
    await_entry(await_entry(await_entry(sample.store + "/tmp")));
    child.signal(SIGKILL);
    child.wait();
    CHECK_FALSE(sample.record());
    CHECK(sample.count("tmp") == 1);
    sample.unpack();
    CHECK(sample.record());
    CHECK(fs::exists(sample.in_tree("d/2999")));
    CHECK(sample.count("tmp") == 0);
  }

  TEST_CASE("store: a damaged image is refused and leaves nothing [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("a", std::string(5000, 'x')), file("b", "y")})});
    SUBCASE("a changed layer") {
      std::string blob = read_file(sample.layer_blob());
      blob[9] ^= 1;  // the byte of gzip's header that names the system: the content is the same
      write_file(sample.layer_blob(), blob);
      CHECK(sample.refusal().find("its digest is") != std::string::npos);
    }
    SUBCASE("a missing layer") {
      fs::remove(sample.layer_blob());
      CHECK(sample.refusal().find("No such file or directory") != std::string::npos);
    }
    SUBCASE("an unknown tag") {
      CHECK_THROWS_WITH(unpack_image(sample.store, sample.layout, "v9"),
                        "no image tagged 'v9'; tags: latest");
    }
    SUBCASE("no layout at all") {
      fs::remove_all(sample.layout);
      CHECK(sample.refusal() == "open_tree '" + sample.layout + "': No such file or directory");
    }
    CHECK(sample.is_clean());
  }

  TEST_CASE("store: a layer that is not what its diff id says is refused [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("a", "")})});
    LayoutWriter writer(sample.layout);
    const std::string layer = test::tar({file("a", "")});
    Manifest manifest;
    SUBCASE("another content") {
      manifest.layers = {writer.add_blob(kLayerType, compress(layer, Compression::gzip))};
    }
    SUBCASE("something behind the end") {
      manifest.layers = {writer.add_blob(kLayerType, compress(layer + "more", Compression::gzip))};
    }
    SUBCASE("not compressed") { manifest.layers = {writer.add_blob(kLayerType, layer)}; }
    manifest.config = writer.add_blob(
        kConfigType,
        config_json({.platform = this_platform(), .diff_ids = {sha256(layer + "other")}}));
    writer.write_index({writer.add_blob(kManifestType, manifest_json(manifest))});
    CHECK(sample.refusal().starts_with("layer: "));
    CHECK(sample.is_clean());
  }

  TEST_CASE("store: bytes behind the end of a gzip stream count for the digest [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("a", "")})});
    LayoutWriter writer(sample.layout);
    const std::string layer = test::tar({file("a", "")});
    const Manifest manifest{
        .config = writer.add_blob(
            kConfigType, config_json({.platform = this_platform(), .diff_ids = {sha256(layer)}})),
        .layers = {writer.add_blob(kLayerType, compress(layer, Compression::gzip) + "trailing")}};
    writer.write_index({writer.add_blob(kManifestType, manifest_json(manifest))});
    CHECK(sample.refusal() == "accepted");
  }

  TEST_CASE("store: zstd and plain layers are unpacked [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("unused", "")})});
    LayoutWriter writer(sample.layout);
    const std::string low = test::tar({file("low", "")});
    const std::string high = test::tar({file("high", "")});
    const Manifest manifest{
        .config = writer.add_blob(
            kConfigType,
            config_json({.platform = this_platform(), .diff_ids = {sha256(low), sha256(high)}})),
        .layers = {writer.add_blob("application/vnd.oci.image.layer.v1.tar", low),
                   writer.add_blob("application/vnd.oci.image.layer.v1.tar+zstd",
                                   compress(high, Compression::zstd))}};
    writer.write_index({writer.add_blob(kManifestType, manifest_json(manifest))});
    sample.unpack();
    CHECK(fs::exists(sample.in_tree("low")));
    CHECK(fs::exists(sample.in_tree("high")));
  }

  TEST_CASE("store: a bomb ends at the quota and leaves nothing [userns]") {
    SKIP_UNLESS(can_unpack(), "no user namespaces");
    const Sample sample({test::tar({file("zeros", std::string(50 << 20, '\0'))})});
    CHECK(fs::file_size(sample.layer_blob()) < 100'000);
    CHECK(sample.refusal({.bytes = 1 << 20}) == "layer: entry 'zeros': the image is too large");
    CHECK(sample.is_clean());
  }

  TEST_CASE("store: a store that others can write to is refused") {
    const Sample sample({test::tar({file("a", "")})});
    fs::permissions(sample.store, fs::perms::all);
    CHECK(sample.refusal() == "store '" + sample.store + "': others can write to it, or own it");
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("store: owners are kept [root]") {
    SKIP_UNLESS(is_root(), "only root has all ids");
    const Sample sample({test::tar({owned(file("f", ""), 1234)})});
    sample.unpack();
    CHECK(status_of(sample.in_tree("f")).st_uid == 1234);
    CHECK_FALSE(fs::exists(sample.in_tree("../single")));
  }

  TEST_CASE("store: a full disk is one line and leaves nothing [root]") {
    SKIP_UNLESS(is_root(), "a filesystem of the test's own takes root");
    const Sample sample({test::tar({file("d/a", std::string(300 << 10, 'x')), file("d/b", "y"),
                                    directory("e"), soft_link("l", std::string(200, 'z'))})});
    Process::spawn({.namespaces = Ns::mount}, [&] {
      set_propagation("/", Propagation::private_);
      int refused = 0;
      bool unpacked = false;
      for (int size = 4096; !unpacked; size += size < 32768 ? 4096 : 49152) {
        mount("store", sample.store, "tmpfs", 0, "mode=0700,size=" + std::to_string(size));
        const std::string line = sample.refusal();
        unpacked = line == "accepted";
        const bool said = line.ends_with("No space left on device");
        if (!unpacked && !(said && sample.is_clean())) throw std::runtime_error(line);
        refused += unpacked ? 0 : 1;
        unmount(sample.store);
      }
      if (refused < 10) throw std::runtime_error("few disks were full");
    }).await_exec();
  }

  TEST_CASE("store: a disk without inodes is one line and leaves nothing [root]") {
    SKIP_UNLESS(is_root(), "a filesystem of the test's own takes root");
    const Sample sample({test::tar({file("d/a", "x"), file("d/b", "y"), directory("e")})});
    Process::spawn({.namespaces = Ns::mount}, [&] {
      set_propagation("/", Propagation::private_);
      int refused = 0;
      bool unpacked = false;
      for (int inodes = 2; !unpacked; ++inodes) {
        mount("store", sample.store, "tmpfs", 0, "mode=0700,nr_inodes=" + std::to_string(inodes));
        const std::string line = sample.refusal();
        unpacked = line == "accepted";
        const bool said = line.ends_with("No space left on device");
        if (!unpacked && !(said && sample.is_clean())) throw std::runtime_error(line);
        refused += unpacked ? 0 : 1;
        unmount(sample.store);
      }
      if (refused < 5) throw std::runtime_error("few disks were full");
    }).await_exec();
  }

  TEST_CASE("store: a user with one id owns all of an image [root] [userns]") {
    SKIP_UNLESS(is_root(), "only root can become another user");
    Item ping = file("ping", "");
    ping.entry.xattrs = {
        {.name = "security.capability",
         .value = std::string("\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)}};
    const Sample sample({test::tar({owned(file("f", "x", 04755), 1234), directory("locked", 0),
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
    SKIP_UNLESS(is_root(), "only root can become another user");
    SKIP_UNLESS(fs::exists("/usr/bin/newuidmap"), "newuidmap is not installed (package uidmap)");
    const Sample sample({test::tar({file("root", ""), owned(file("f", "x", 06755), 1234)})});
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
    SKIP_UNLESS(is_root(), "only root can become another user");
    SKIP_UNLESS(fs::exists("/usr/bin/newuidmap"), "newuidmap is not installed (package uidmap)");
    const Sample sample({test::tar({owned(file("a", ""), 50), owned(file("f", ""), 1234)})});
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
