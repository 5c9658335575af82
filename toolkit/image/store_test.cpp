#include "toolkit/image/store.hpp"

#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <filesystem>

#include "toolkit/image/layout_writer.hpp"
#include "toolkit/image/test_store.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT
namespace fs = std::filesystem;

namespace {

/// The first entry that a directory gets.
fs::path await_entry(const fs::path& directory) {
  const Fd events(check(::inotify_init1(IN_CLOEXEC), "inotify_init1"));
  check(::inotify_add_watch(events.get(), directory.c_str(), IN_CREATE), "inotify_add_watch");
  std::array<char, 4096> buffer{};
  while (fs::is_empty(directory)) check(::read(events.get(), buffer.data(), buffer.size()), "read");
  return fs::directory_iterator(directory)->path();
}

/// Kills an unpack while it makes files; false when it was done first.
bool kill_in_the_middle(const StoreSample& sample) {
  fs::create_directory(sample.store + "/tmp");
  Process child = Process::spawn({}, [&] { sample.unpack(); });
  try {
    const fs::path making = await_entry(sample.store + "/tmp");
    await_entry(making);
    await_entry(making / "fs");
  } catch (const std::exception&) {  // moved away between two looks
    child.wait();
    return false;
  }
  child.signal(SIGKILL);
  child.wait();
  return !sample.record() && sample.count("tmp") == 1;
}

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("store: an image is unpacked and recorded [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("a", "low"), file("gone", "")}),
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
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("su", "", 04755)})});
    sample.unpack();
    const fs::path parent = fs::path(sample.record()->root).parent_path();
    CHECK((status_of(parent).st_mode & 07777U) == 0700);
    CHECK((status_of(sample.in_tree("su")).st_mode & 07777U) == 04755);
  }

  TEST_CASE("store: a second call makes nothing anew [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("a", "")})});
    sample.unpack();
    const ino_t inode = status_of(sample.in_tree("a")).st_ino;
    sample.unpack();
    CHECK(status_of(sample.in_tree("a")).st_ino == inode);
  }

  TEST_CASE("store: images of the same layers share a tree [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const std::string layer = test::tar({file("a", "")});
    const StoreSample sample({layer});
    const std::string other = write_layout(sample.temp.at("other"), {layer}, "v2");
    sample.unpack();
    unpack_image(sample.store, other, "v2");
    CHECK(find_record(sample.store, other, "v2")->root == sample.record()->root);
    CHECK(sample.count("trees/sha256") == 1);
  }

  TEST_CASE("store: a tree goes with the last record that names it [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const std::string layer = test::tar({directory("locked", 0), file("locked/f", "", 0)});
    const StoreSample sample({layer});
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
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("a", "old")})});
    sample.unpack();
    write_layout(sample.layout, {test::tar({file("a", "new")})});
    CHECK_FALSE(sample.record());
    sample.unpack();
    CHECK(read_file(sample.in_tree("a")) == "new");
  }

  TEST_CASE("store: two first starts make one tree [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("a", std::string(1 << 20, 'x'))})});
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
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    constexpr std::size_t kSize = 64UL << 20U;  // it takes longer to read than three looks
    const std::vector<Item> items = {file("first", ""), file("large", std::string(kSize, '\0'))};
    // On a fast disk it may be done before it can be caught: then another one is tried.
    std::optional<StoreSample> caught;
    for (int attempt = 0; attempt < 10; ++attempt) {
      caught.emplace(std::vector<std::string>{test::tar(items)});
      if (kill_in_the_middle(*caught)) break;
    }
    const StoreSample& sample = *caught;
    CHECK_FALSE(sample.record());
    CHECK(sample.count("tmp") == 1);
    sample.unpack();
    CHECK(sample.record());
    CHECK(fs::exists(sample.in_tree("large")));
    CHECK(sample.count("tmp") == 0);
  }

  TEST_CASE("store: a damaged image is refused and leaves nothing [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("a", std::string(5000, 'x')), file("b", "y")})});
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
      CHECK(sample.refusal() ==
            "'" + sample.layout + "': no OCI image layout: it has no index.json");
    }
    CHECK(sample.is_clean());
  }

  TEST_CASE("store: a layer that is not what its diff id says is refused [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("a", "")})});
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
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("a", "")})});
    LayoutWriter writer(sample.layout);
    const std::string layer = test::tar({file("a", "")});
    std::string blob = compress(layer, Compression::gzip) + std::string(1 << 20, 't');
    const Manifest manifest{
        .config = writer.add_blob(
            kConfigType, config_json({.platform = this_platform(), .diff_ids = {sha256(layer)}})),
        .layers = {writer.add_blob(kLayerType, blob)}};
    writer.write_index({writer.add_blob(kManifestType, manifest_json(manifest))});
    blob.back() = 'x';
    write_file(sample.layer_blob(), blob);
    CHECK(sample.refusal().find("its digest is") != std::string::npos);
    blob.back() = 't';
    write_file(sample.layer_blob(), blob);
    CHECK(sample.refusal() == "accepted");
  }

  TEST_CASE("store: zstd and plain layers are unpacked [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("unused", "")})});
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
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const StoreSample sample({test::tar({file("zeros", std::string(50 << 20, '\0'))})});
    CHECK(fs::file_size(sample.layer_blob()) < 100'000);
    CHECK(sample.refusal({.bytes = 1 << 20}) == "layer: entry 'zeros': the image is too large");
    CHECK(sample.is_clean());
  }

  TEST_CASE("store: a store that others can write to is refused") {
    const StoreSample sample({test::tar({file("a", "")})});
    fs::permissions(sample.store, fs::perms::all);
    CHECK(sample.refusal() == "store '" + sample.store + "': others can write to it, or own it");
  }
}
