#include "toolkit/image/layout.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "toolkit/image/layout_writer.hpp"
#include "toolkit/image/test_layers.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT
namespace fs = std::filesystem;

namespace {

const Platform kAmd64{.os = "linux", .architecture = "amd64"};
const Platform kArm64{.os = "linux", .architecture = "arm64"};

/// A layout that a test fills and reads.
struct Sample {
  /// An image of one layer for a platform; its manifest's descriptor has platform and tag.
  Descriptor image(const std::string& content, const Platform& platform, const std::string& tag) {
    Descriptor manifest = writer.add_image({.platform = platform, .cmd = {content}},
                                           {test::tar({file("f", content)})});
    manifest.platform = platform;
    manifest.ref_name = tag;
    return manifest;
  }
  Descriptor index(const std::vector<Descriptor>& manifests) {
    return writer.add_blob(kIndexType, index_json(manifests));
  }
  [[nodiscard]] ResolvedImage resolve(const std::string& tag = {}) const {
    const Fd directory = open_file(temp.at("layout"), O_PATH | O_DIRECTORY);
    return Layout(directory).resolve(tag, kAmd64);
  }
  [[nodiscard]] std::string refusal(const std::string& tag = {}) const {
    try {
      static_cast<void>(resolve(tag));
      return "accepted";
    } catch (const std::exception& error) {
      return error.what();
    }
  }
  [[nodiscard]] std::string blob(const std::string& digest) const {
    return temp.at("layout/blobs/sha256/" + parse_digest(digest).hex);
  }
  /// The command of the image that was found: it names which one.
  [[nodiscard]] std::string found(const std::string& tag = {}) const {
    return resolve(tag).config.cmd.front();
  }

  TempDir temp = {};
  LayoutWriter writer{temp.at("layout")};
};

std::string read_layer(const Sample& sample, const Descriptor& descriptor) {
  const Fd directory = open_file(sample.temp.at("layout"), O_PATH | O_DIRECTORY);
  const ByteSource source = Layout(directory).open_layer(descriptor);
  std::string content;
  std::array<char, 100> chunk{};
  while (const std::size_t got = source(chunk.data(), chunk.size())) {
    content.append(chunk.data(), got);
  }
  return content;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("layout: the only image is found without a tag") {
    Sample sample;
    const Descriptor image = sample.image("one", kAmd64, "v1");
    sample.writer.write_index({image});
    CHECK(sample.found() == "one");
    CHECK(sample.found("v1") == "one");
    CHECK(sample.resolve().manifest_digest == image.digest);
    CHECK(sample.resolve().index == read_file(sample.temp.at("layout/index.json")));
    CHECK(sample.resolve().layers.size() == 1);
  }

  TEST_CASE("layout: a tag chooses and latest is the default") {
    Sample sample;
    sample.writer.write_index({sample.image("one", kAmd64, "v1"), sample.image("two", kAmd64, "v2"),
                               sample.image("three", kAmd64, "latest")});
    CHECK(sample.found("v2") == "two");
    CHECK(sample.found() == "three");
    CHECK(sample.refusal("v3") == "no image tagged 'v3'; tags: v1, v2, latest");
  }

  TEST_CASE("layout: several images without latest want a tag") {
    Sample sample;
    sample.writer.write_index(
        {sample.image("one", kAmd64, "v1"), sample.image("two", kAmd64, "v2")});
    CHECK(sample.refusal() == "the layout holds several images; name one (tags: v1, v2)");
  }

  TEST_CASE("layout: an empty index holds no image") {
    Sample sample;
    sample.writer.write_index({});
    CHECK(sample.refusal() == "the layout holds no image");
  }

  TEST_CASE("layout: the machine's platform is chosen") {
    Sample sample;
    const std::vector<Descriptor> both{sample.image("other", kArm64, "v1"),
                                       sample.image("here", kAmd64, "v1")};
    SUBCASE("among images of one tag") { sample.writer.write_index(both); }
    SUBCASE("in a nested index") { sample.writer.write_index({sample.index(both)}); }
    SUBCASE("beside an attestation") {
      Descriptor attestation = sample.image("attestation", kAmd64, "");
      attestation.platform = Platform{.os = "unknown", .architecture = "unknown"};
      sample.writer.write_index({sample.index({attestation, both[0], both[1]})});
    }
    SUBCASE("beside an attestation of no tag") {
      Descriptor attestation = sample.image("attestation", kAmd64, "");
      attestation.platform = Platform{.os = "unknown", .architecture = "unknown"};
      sample.writer.write_index({both[1], attestation});
    }
    CHECK(sample.found() == "here");
  }

  TEST_CASE("layout: an image for another machine is refused and named") {
    Sample sample;
    Descriptor image = sample.image("other", kArm64, "v1");
    sample.writer.write_index({image});
    CHECK(sample.refusal() == "no image for linux/amd64; there is: linux/arm64");
    image.platform.reset();
    sample.writer.write_index({image});
    CHECK(sample.refusal() == "the image is for linux/arm64, not for linux/amd64");
  }

  TEST_CASE("layout: indexes nest three deep and no deeper") {
    Sample sample;
    Descriptor index = sample.image("deep", kAmd64, "");
    for (int i = 0; i < 3; ++i) index = sample.index({index});
    sample.writer.write_index({index});
    CHECK(sample.found() == "deep");
    sample.writer.write_index({sample.index({index})});
    CHECK(sample.refusal() == "indexes nested too deep");
  }

  TEST_CASE("layout: a blob of another content or size is refused") {
    Sample sample;
    const Descriptor image = sample.image("one", kAmd64, "v1");
    sample.writer.write_index({image});
    const std::string content = read_file(sample.blob(image.digest));
    SUBCASE("one byte flipped") {
      std::string changed = content;
      changed.back() = ' ';
      sample.temp.file("layout/blobs/sha256/" + parse_digest(image.digest).hex, changed);
      CHECK(sample.refusal() ==
            image.digest + ": its digest is " + sha256(changed).text() + ", not " + image.digest);
    }
    SUBCASE("longer") {
      sample.temp.file("layout/blobs/sha256/" + parse_digest(image.digest).hex, content + " ");
      CHECK(sample.refusal().find("bytes, but its descriptor says") != std::string::npos);
    }
    SUBCASE("missing") {
      fs::remove(sample.blob(image.digest));
      CHECK(sample.refusal().find("No such file or directory") != std::string::npos);
    }
    SUBCASE("a FIFO") {
      fs::remove(sample.blob(image.digest));
      REQUIRE(::mkfifo(sample.blob(image.digest).c_str(), 0600) == 0);
      CHECK(sample.refusal().find("not a regular file") != std::string::npos);
    }
    SUBCASE("a link to the outside") {
      fs::rename(sample.blob(image.digest), sample.temp.at("outside"));
      fs::create_symlink(sample.temp.at("outside"), sample.blob(image.digest));
      CHECK(sample.refusal().find("No such file or directory") != std::string::npos);
    }
  }

  TEST_CASE("layout: the config is verified too") {
    Sample sample;
    Manifest manifest = parse_manifest(
        read_file(sample.blob(sample.image("one", kAmd64, "").digest)), kManifestType);
    std::string config = read_file(sample.blob(manifest.config.digest));
    config.replace(config.find("one"), 3, "two");
    sample.temp.file("layout/blobs/sha256/" + parse_digest(manifest.config.digest).hex, config);
    sample.writer.write_index({sample.writer.add_blob(kManifestType, manifest_json(manifest))});
    CHECK(sample.refusal().find("its digest is") != std::string::npos);
  }

  TEST_CASE("layout: digests that name other paths or algorithms are refused") {
    Sample sample;
    Descriptor image = sample.image("one", kAmd64, "");
    for (const std::string& digest :
         {std::string("sha256:../../../index.json"), std::string("../oci-layout"),
          std::string("md5:d41d8cd98f00b204e9800998ecf8427e"), std::string()}) {
      CAPTURE(digest);
      image.digest = digest;
      sample.writer.write_index({image});
      CHECK(sample.refusal().starts_with("digest '"));
    }
  }

  TEST_CASE("layout: an image that is not chosen may have an unknown digest") {
    Sample sample;
    Descriptor unknown = sample.image("one", kAmd64, "v1");
    unknown.digest = "blake3:ab";
    sample.writer.write_index({unknown, sample.image("two", kAmd64, "v2")});
    CHECK(sample.found("v2") == "two");
  }

  TEST_CASE("layout: a document over four megabytes is refused unread") {
    Sample sample;
    sample.writer.write_index(
        {sample.writer.add_blob(kManifestType, std::string((4 << 20) + 1, ' '))});
    CHECK(sample.refusal().ends_with(": too large"));
    sample.temp.file("layout/index.json", std::string((4 << 20) + 1, ' '));
    CHECK(sample.refusal() == "index.json: too large");
  }

  TEST_CASE("layout: diff ids must be as many as layers") {
    Sample sample;
    Manifest manifest = parse_manifest(
        read_file(sample.blob(sample.image("one", kAmd64, "").digest)), kManifestType);
    manifest.layers.push_back(manifest.layers.front());
    sample.writer.write_index({sample.writer.add_blob(kManifestType, manifest_json(manifest))});
    CHECK(sample.refusal() == "config: 1 diff_ids for 2 layers");
  }

  TEST_CASE("layout: an index that a descriptor calls a manifest is refused") {
    Sample sample;
    Descriptor index = sample.index({sample.image("one", kAmd64, "")});
    index.media_type = kManifestType;
    sample.writer.write_index({index});
    CHECK(sample.refusal().find("calls itself") != std::string::npos);
  }

  TEST_CASE("layout: a directory that is none is refused") {
    Sample sample;
    sample.writer.write_index({sample.image("one", kAmd64, "")});
    SUBCASE("without oci-layout") {
      fs::remove(sample.temp.at("layout/oci-layout"));
      CHECK(sample.refusal() == "openat2 'oci-layout': No such file or directory");
    }
    SUBCASE("without index.json") {
      fs::remove(sample.temp.at("layout/index.json"));
      CHECK(sample.refusal() == "openat2 'index.json': No such file or directory");
    }
    SUBCASE("with a FIFO for index.json") {
      fs::remove(sample.temp.at("layout/index.json"));
      REQUIRE(::mkfifo(sample.temp.at("layout/index.json").c_str(), 0600) == 0);
      CHECK(sample.refusal() == "index.json: not a regular file");
    }
  }

  TEST_CASE("layout: a layer is streamed and its end tells whether it was the right one") {
    Sample sample;
    const std::string content(1000, 'x');
    const Descriptor layer = sample.writer.add_blob(kLayerType, content);
    CHECK(read_layer(sample, layer) == content);
    sample.temp.file("layout/blobs/sha256/" + parse_digest(layer.digest).hex,
                     std::string(1000, 'y'));
    CHECK_THROWS_AS(read_layer(sample, layer), std::runtime_error);
  }

  TEST_CASE("verify: a stream longer or shorter than promised is refused") {
    const auto read = [](const std::string& content, std::int64_t size, std::int64_t limit) {
      const ByteSource source =
          verify(source_of(content),
                 {.what = "x", .digest = sha256(content), .size = size, .limit = limit});
      std::array<char, 4> chunk{};
      while (source(chunk.data(), chunk.size()) > 0) {
      }
    };
    CHECK_NOTHROW(read("0123456789", 10, 100));
    CHECK_NOTHROW(read("0123456789", -1, 10));
    CHECK_THROWS_WITH(read("0123456789", 9, 100), "x: larger than its descriptor says");
    CHECK_THROWS_WITH(read("0123456789", 11, 100), "x: smaller than its descriptor says");
    CHECK_THROWS_WITH(read("0123456789", -1, 9), "x: too large");
  }

  TEST_CASE("chain id: one layer has its diff id and more are hashed in a chain") {
    const Digest a = sha256("a");
    const Digest b = sha256("b");
    CHECK(chain_id({a}) == a);
    CHECK(chain_id({a, b}) == sha256(a.text() + " " + b.text()));
    CHECK(chain_id({a, b, a}) == sha256(chain_id({a, b}).text() + " " + a.text()));
  }
}
