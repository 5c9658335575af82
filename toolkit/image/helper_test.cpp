// The helper as it is started, and the same image in the eyes of other programs.
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "toolkit/image/layout_writer.hpp"
#include "toolkit/image/record.hpp"
#include "toolkit/image/test_store.hpp"
#include "toolkit/kernel/fd.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT
namespace fs = std::filesystem;

namespace {

Outcome helper(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{built("libexec/cooper/cooper-image")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command);
}

const std::string kEmbedded = built("share/cooperage/images/busybox");

bool has(const std::string& program) {
  return run({"sh", "-c", "command -v " + program}).status == 0;
}

/// One line for each entry of a tree: what umoci and cooper-image must agree in.
std::vector<std::string> listing(const std::string& root) {
  std::vector<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    struct stat status {};
    REQUIRE(::lstat(entry.path().c_str(), &status) == 0);
    std::string line = fs::relative(entry.path(), root).string();
    if (entry.is_symlink()) line = entry.path().lexically_relative(root).string();
    line += " mode " + std::to_string(status.st_mode) + " owner " + std::to_string(status.st_uid) +
            ":" + std::to_string(status.st_gid);
    if (!S_ISDIR(status.st_mode)) line += " links " + std::to_string(status.st_nlink);
    if (S_ISREG(status.st_mode)) line += " text " + read_file(entry.path());
    if (S_ISLNK(status.st_mode)) line += " to " + fs::read_symlink(entry.path()).string();
    // umoci leaves the times of directories that an upper layer touched as they come.
    if (!S_ISDIR(status.st_mode)) line += " time " + std::to_string(status.st_mtim.tv_sec);
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Item owned(Item item, std::int64_t uid, std::int64_t mtime) {
  item.entry.uid = uid;
  item.entry.gid = uid + 1;
  item.entry.mtime = mtime;
  return item;
}

/// Three layers with every rule of layer.md that two unpackers could read differently.
std::vector<std::string> varied_layers() {
  return {
      test::tar({directory("bin"), owned(file("bin/su", "su", 04755), 7, 1'000'000),
                 hard_link("bin/hard", "bin/su"), soft_link("lib", "usr/lib"), directory("usr"),
                 directory("usr/lib"), file("usr/lib/a", "a"), directory("opaque"),
                 file("opaque/low", ""), directory("opaque/sub"), file("opaque/sub/low", ""),
                 directory("gone"), file("gone/x", ""), file("becomes-directory", ""),
                 directory("becomes-file"), file("becomes-file/x", ""),
                 directory("private", 0700)}),
      test::tar({file("lib/b", "through the link"), file(".wh.gone", ""), directory("opaque"),
                 file("opaque/.wh..wh..opq", ""), file("opaque/high", ""),
                 directory("becomes-directory"), file("becomes-directory/y", "y"),
                 file("becomes-file", "z"), directory("private", 0755)}),
      test::tar({owned(file("bin/su", "new", 0755), 9, 2'000'000), file("gone", "back as a file"),
                 file("usr/lib/.wh.a", ""), soft_link("private", "bin")})};
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("helper: the embedded image is unpacked without a word [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const TempDir temp;
    const Outcome outcome = helper({"unpack", "--store", temp.at("store"), kEmbedded, "latest"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.empty());
    const auto record = find_record(temp.at("store"), kEmbedded, "latest");
    REQUIRE(record);
    CHECK(record->cmd == std::vector<std::string>{"sh"});
    CHECK(run({record->root + "/bin/busybox", "echo", "it runs"}).out == "it runs\n");
  }

  TEST_CASE("helper: an image that is removed is gone [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const TempDir temp;
    REQUIRE(helper({"unpack", "--store", temp.at("store"), kEmbedded}).status == 0);
    const std::string root = find_record(temp.at("store"), kEmbedded, "")->root;
    const Outcome outcome = helper({"remove", "--store", temp.at("store"), kEmbedded});
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    CHECK_FALSE(fs::exists(root));
    CHECK_FALSE(find_record(temp.at("store"), kEmbedded, ""));
  }

  TEST_CASE("helper: a failure is one line and exit 125") {
    const TempDir temp;
    temp.file("layout/index.json", "{}");
    const Outcome outcome = helper({"unpack", "--store", temp.at("store"), temp.at("missing")});
    CHECK(outcome.status == 125);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("cooper-image: "));
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  }

  TEST_CASE("helper: what a hostile layout says reaches the terminal as plain text [userns]") {
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const TempDir temp;
    temp.file("layout/oci-layout", R"({"imageLayoutVersion":"\u001b[2J\n9"})");
    temp.file("layout/index.json", "{}");
    const Outcome outcome = helper({"unpack", "--store", temp.at("store"), temp.at("layout")});
    CHECK(outcome.err ==
          "cooper-image: oci-layout: version '\\x1b[2J\\x0a9' is unknown; known: 1.0.0\n");
  }

  TEST_CASE("helper: a wrong command line is told and exits 125") {
    CHECK(helper({}).status == 125);
    CHECK(helper({"unpack"}).status == 125);
    CHECK(helper({"frobnicate"}).status == 125);
    CHECK(helper({"--help"}).status == 0);
  }

  TEST_CASE("helper: packing twice gives the same bytes") {
    const TempDir temp;
    REQUIRE(helper({"pack", "--output", temp.at("one")}).status == 0);
    REQUIRE(helper({"pack", "--output", temp.at("two")}).status == 0);
    CHECK(run({"diff", "-r", temp.at("one"), temp.at("two")}).status == 0);
    REQUIRE(helper({"pack", "--output", temp.at("one")}).status == 0);
    CHECK(run({"diff", "-r", temp.at("one"), temp.at("two")}).status == 0);
  }

  TEST_CASE("helper: skopeo reads the embedded image") {
    SKIP_UNLESS(has("skopeo"), "skopeo is not installed");
    const TempDir temp;
    CHECK(run({"skopeo", "inspect", "oci:" + kEmbedded + ":latest"}).status == 0);
    CHECK(run({"skopeo", "copy", "--insecure-policy", "-q", "oci:" + kEmbedded + ":latest",
               "oci:" + temp.at("copy") + ":v1"})
              .status == 0);
  }

  TEST_CASE("helper: an image in docker's format is unpacked [userns]") {
    SKIP_UNLESS(has("skopeo"), "skopeo is not installed");
    SKIP_UNLESS(can_unpack(), "no namespaces can be made here");
    const TempDir temp;
    REQUIRE(run({"skopeo", "copy", "--insecure-policy", "-q", "--format", "v2s2",
                 "oci:" + kEmbedded + ":latest", "dir:" + temp.at("dir")})
                .status == 0);
    // A layout whose blobs are docker's: skopeo's own oci: transport would convert them.
    LayoutWriter layout(temp.at("layout"));
    for (const auto& entry : fs::directory_iterator(temp.at("dir"))) {
      const std::string name = entry.path().filename();
      if (name != "manifest.json" && name != "version") {
        static_cast<void>(layout.add_blob("", read_file(entry.path())));
      }
    }
    layout.write_index({layout.add_blob("application/vnd.docker.distribution.manifest.v2+json",
                                        read_file(temp.at("dir/manifest.json")))});
    const Outcome outcome = helper({"unpack", "--store", temp.at("store"), temp.at("layout")});
    CHECK(outcome.err.empty());
    CHECK(find_record(temp.at("store"), temp.at("layout"), ""));
  }

  TEST_CASE("helper: umoci unpacks the same tree [root]") {
    SKIP_UNLESS(is_root() && can_unpack(), "umoci keeps owners as root alone");
    SKIP_UNLESS(has("umoci"), "umoci is not installed");
    const TempDir temp;
    const std::string varied = write_layout(temp.at("varied"), varied_layers());
    for (const std::string& layout : {varied, kEmbedded}) {
      CAPTURE(layout);
      const std::string bundle = temp.at("bundle-" + fs::path(layout).filename().string());
      REQUIRE(run({"umoci", "unpack", "--image", layout + ":latest", bundle}).status == 0);
      REQUIRE(helper({"unpack", "--store", temp.at("store"), layout}).status == 0);
      const auto record = find_record(temp.at("store"), layout, "");
      REQUIRE(record);
      CHECK(listing(record->root) == listing(bundle + "/rootfs"));
      CHECK(listing(record->root).size() > 10);
    }
  }
}
