#include "toolkit/image/manifest.hpp"

#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kLayer =
    R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" + kDigest +
    R"(","size":7})";
const std::string kConfigDescriptor =
    R"({"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" + kDigest +
    R"(","size":5})";

std::string manifest_text(const std::string& more = {}) {
  return R"({"schemaVersion":2,"config":)" + kConfigDescriptor + R"(,"layers":[)" + kLayer + "]" +
         more + "}";
}

std::string config_text(const std::string& run, const std::string& diff_ids = '"' + kDigest + '"') {
  return R"({"os":"linux","architecture":"amd64","config":)" + run +
         R"(,"rootfs":{"type":"layers","diff_ids":[)" + diff_ids + "]}}";
}

template <typename Parse>
std::string refusal(const Parse& parse) {
  try {
    parse();
    return "accepted";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::string manifest_refusal(const std::string& text, std::string_view type = kManifestType) {
  return refusal([&] { parse_manifest(text, type); });
}
std::string index_refusal(const std::string& text, std::string_view type = {}) {
  return refusal([&] { parse_index(text, type); });
}
std::string config_refusal(const std::string& text) {
  return refusal([&] { parse_config(text); });
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("manifest: config and layers are read") {
    const Manifest manifest = parse_manifest(manifest_text(), kManifestType);
    CHECK(manifest.config.size == 5);
    REQUIRE(manifest.layers.size() == 1);
    CHECK(manifest.layers[0].digest == kDigest);
    CHECK(manifest.layers[0].size == 7);
  }

  TEST_CASE("manifest: writing and parsing agree") {
    const Manifest manifest = parse_manifest(manifest_text(), kManifestType);
    const Manifest again = parse_manifest(manifest_json(manifest), kManifestType);
    CHECK(again.config.digest == manifest.config.digest);
    CHECK(again.layers[0].media_type == manifest.layers[0].media_type);
  }

  TEST_CASE("manifest: docker's types of schema 2 are read") {
    const std::string text =
        R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",)"
        R"("config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":")" +
        kDigest + R"(","size":1},"layers":[)" + kLayer + "]}";
    CHECK(manifest_refusal(text, "application/vnd.docker.distribution.manifest.v2+json") ==
          "accepted");
  }

  TEST_CASE("manifest: unknown fields and foreign urls are no errors") {
    CHECK(manifest_refusal(manifest_text(R"(,"subject":{},"annotations":{"a":"b"},"x":1)")) ==
          "accepted");
  }

  TEST_CASE("manifest: where else a layer could be had does not matter") {
    const std::string text = R"({"schemaVersion":2,"config":)" + kConfigDescriptor +
                             R"(,"layers":[)" + kLayer.substr(0, kLayer.size() - 1) +
                             R"(,"urls":["http://127.0.0.1/x"]}]})";
    CHECK(parse_manifest(text, kManifestType).layers.front().digest == kDigest);
  }

  TEST_CASE("manifest: what could also be an index is refused") {
    CHECK(manifest_refusal(manifest_text(R"(,"manifests":[])")) ==
          "manifest: has 'manifests', so it could be read in two ways");
    CHECK(manifest_refusal(manifest_text(R"(,"manifests":null)")) != "accepted");
  }

  TEST_CASE("manifest: a type other than the descriptor's is refused") {
    CHECK(manifest_refusal(manifest_text(R"(,"mediaType":"application/x")")) ==
          "manifest: calls itself 'application/x' but its descriptor says "
          "'application/vnd.oci.image.manifest.v1+json'");
  }

  TEST_CASE("manifest: schema versions other than 2 are refused") {
    CHECK(manifest_refusal(R"({"schemaVersion":1})") ==
          "manifest: schema 1 is not supported; push the image again");
    CHECK(manifest_refusal(R"({"schemaVersion":3})") == "manifest: schemaVersion is not 2");
    CHECK(manifest_refusal(R"({"schemaVersion":"2"})") ==
          "manifest: schemaVersion: not an integer");
    CHECK(manifest_refusal("{}") == "manifest: schemaVersion: missing");
  }

  TEST_CASE("manifest: what is not JSON is refused") {
    CHECK(manifest_refusal("") == "manifest: not JSON");
    CHECK(manifest_refusal("{") == "manifest: not JSON");
    CHECK(manifest_refusal("{}x") == "manifest: not JSON");
    CHECK(manifest_refusal("[]") == "manifest: not an object");
    CHECK(manifest_refusal("\xff\xfe") == "manifest: not JSON");
  }

  TEST_CASE("manifest: a million brackets are refused and overflow no stack") {
    CHECK(manifest_refusal(std::string(1'000'000, '[')) == "manifest: not JSON");
    CHECK(manifest_refusal(std::string(500'000, '[') + std::string(500'000, ']')) ==
          "manifest: not an object");
  }

  TEST_CASE("manifest: fields of the wrong type are named") {
    const auto with_layer = [](const std::string& layer) {
      return R"({"schemaVersion":2,"config":)" + kConfigDescriptor + R"(,"layers":)" + layer + "}";
    };
    CHECK(manifest_refusal(with_layer("{}")) == "manifest: layers: not a list");
    CHECK(manifest_refusal(with_layer("null")) == "manifest: layers: missing");
    CHECK(manifest_refusal(with_layer("[]")) == "manifest: no layers");
    CHECK(manifest_refusal(with_layer("[1]")) == "manifest: layers[0]: not an object");
    CHECK(manifest_refusal(with_layer("[{}]")) == "manifest: layers[0]: digest: missing");
    CHECK(manifest_refusal(with_layer(R"([{"digest":7,"size":1}])")) ==
          "manifest: layers[0]: digest: not a string");
    CHECK(manifest_refusal(with_layer(R"([{"digest":"a"}])")) ==
          "manifest: layers[0]: size: missing");
    CHECK(manifest_refusal(with_layer(R"([{"digest":"a","size":-1}])")) ==
          "manifest: layers[0]: a negative size");
    CHECK(manifest_refusal(with_layer(R"([{"digest":"a","size":1.5}])")) ==
          "manifest: layers[0]: size: not an integer");
    CHECK(manifest_refusal(with_layer(R"([{"digest":"a","size":18446744073709551615}])")) ==
          "manifest: layers[0]: size: out of range");
  }

  TEST_CASE("manifest: an artifact is no image") {
    const std::string text =
        R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.x","digest":"a","size":1},"layers":[)" +
        kLayer + "]}";
    CHECK(manifest_refusal(text) == "manifest: no container image but 'application/vnd.x'");
  }

  TEST_CASE("index: descriptors are read with platform and tag") {
    const auto manifests = parse_index(
        R"({"schemaVersion":2,"manifests":[{"mediaType":"m","digest":"d","size":1,)"
        R"("platform":{"os":"linux","architecture":"arm64","variant":"v8"},)"
        R"("annotations":{"org.opencontainers.image.ref.name":"v1"}},{"digest":"e","size":2}]})");
    REQUIRE(manifests.size() == 2);
    CHECK(manifests[0].platform->architecture == "arm64");
    CHECK(manifests[0].ref_name == "v1");
    CHECK_FALSE(manifests[1].platform);
  }

  TEST_CASE("index: writing and parsing agree") {
    const Descriptor descriptor{
        .media_type = "m", .digest = "d", .size = 1, .platform = this_platform(), .ref_name = "t"};
    const auto again = parse_index(index_json({descriptor}));
    REQUIRE(again.size() == 1);
    CHECK(again[0].platform->architecture == this_platform().architecture);
    CHECK(again[0].ref_name == "t");
  }

  TEST_CASE("index: what could also be a manifest is refused") {
    CHECK(index_refusal(R"({"schemaVersion":2,"manifests":[],"layers":[]})") ==
          "index: has 'layers', so it could be read in two ways");
    CHECK(index_refusal(R"({"schemaVersion":2,"manifests":[],"config":{}})") ==
          "index: has 'config', so it could be read in two ways");
  }

  TEST_CASE("index: without manifests it is refused") {
    CHECK(index_refusal(R"({"schemaVersion":2})") == "index: manifests: missing");
    CHECK(index_refusal(R"({"manifests":[]})") == "index: schemaVersion: missing");
  }

  TEST_CASE("config: what a container needs is read") {
    const ImageConfig config = parse_config(config_text(
        R"({"Env":["A=1"],"Entrypoint":["e"],"Cmd":["c","d"],"User":"u:g","WorkingDir":"/w",)"
        R"("StopSignal":"SIGINT","Labels":{"a":"b"},"Volumes":{"/v":{}}})"));
    CHECK(config.env == std::vector<std::string>{"A=1"});
    CHECK(config.entrypoint == std::vector<std::string>{"e"});
    CHECK(config.cmd == std::vector<std::string>{"c", "d"});
    CHECK(config.user == "u:g");
    CHECK(config.working_dir == "/w");
    CHECK(config.stop_signal == "SIGINT");
    CHECK(config.diff_ids.front().text() == kDigest);
  }

  TEST_CASE("config: null means absent") {
    CHECK(parse_config(config_text("null")).cmd.empty());
    CHECK(parse_config(config_text(R"({"Env":null,"Cmd":null,"User":null})")).env.empty());
  }

  TEST_CASE("config: writing and parsing agree") {
    const ImageConfig config{.platform = this_platform(),
                             .env = {"A=b"},
                             .entrypoint = {"e"},
                             .cmd = {"c"},
                             .user = "u",
                             .working_dir = "/w",
                             .stop_signal = "9",
                             .diff_ids = {parse_digest(kDigest)}};
    CHECK(config_json(parse_config(config_json(config))) == config_json(config));
  }

  TEST_CASE("config: fields of the wrong type are named") {
    CHECK(config_refusal(config_text(R"({"Env":"A=1"})")) == "config: config: Env: not a list");
    CHECK(config_refusal(config_text(R"({"Env":[1]})")) == "config: config: Env[0]: not a string");
    CHECK(config_refusal(config_text(R"({"Cmd":"sh"})")) == "config: config: Cmd: not a list");
    CHECK(config_refusal(config_text(R"({"User":0})")) == "config: config: User: not a string");
    CHECK(config_refusal(config_text("[]")) == "config: config: not an object");
    CHECK(config_refusal(R"({"os":"linux"})") == "config: rootfs: missing");
    CHECK(config_refusal(R"({"rootfs":{"type":"x","diff_ids":[]}})") ==
          "config: rootfs: type is not 'layers'");
    CHECK(config_refusal(config_text("{}", "\"md5:a\"")) ==
          "digest 'md5:a': unknown algorithm; known: sha256, sha512");
  }

  TEST_CASE("config: an environment that exec would misread is refused") {
    CHECK(config_refusal(config_text(R"({"Env":["A"]})")) ==
          "config: config: Env: 'A' is not NAME=VALUE");
    CHECK(config_refusal(config_text(R"({"Env":["=x"]})")) ==
          "config: config: Env: '=x' is not NAME=VALUE");
    CHECK(config_refusal(config_text(R"({"Env":["A=\u0000B=1"]})")) ==
          "config: config: Env[0]: a NUL byte in it");
    CHECK(config_refusal(config_text(R"({"Cmd":["a\u0000b"]})")) ==
          "config: config: Cmd[0]: a NUL byte in it");
  }

  TEST_CASE("layout version: 1.0.0 is known and others are named") {
    CHECK_NOTHROW(parse_layout_version(layout_version_json()));
    CHECK_THROWS_WITH(parse_layout_version(R"({"imageLayoutVersion":"2.0.0"})"),
                      "oci-layout: version '2.0.0' is unknown; known: 1.0.0");
    CHECK_THROWS_WITH(parse_layout_version("{}"), "oci-layout: imageLayoutVersion: missing");
  }

  TEST_CASE("media types: layers are none or gzip or zstd") {
    CHECK(compression_of("application/vnd.oci.image.layer.v1.tar") == Compression::none);
    CHECK(compression_of("application/vnd.oci.image.layer.v1.tar+gzip") == Compression::gzip);
    CHECK(compression_of("application/vnd.oci.image.layer.v1.tar+zstd") == Compression::zstd);
    CHECK(compression_of("application/vnd.docker.image.rootfs.diff.tar.gzip") == Compression::gzip);
    CHECK_THROWS_WITH(compression_of("text/x\n"), "layer: unknown media type 'text/x\\x0a'");
  }

  TEST_CASE("platform: a machine runs its own and the lowest variant") {
    const Platform amd64{.os = "linux", .architecture = "amd64"};
    const Platform arm64{.os = "linux", .architecture = "arm64"};
    CHECK(runs(amd64, amd64));
    CHECK(runs(amd64, {.os = "linux", .architecture = "amd64", .variant = "v1"}));
    CHECK_FALSE(runs(amd64, {.os = "linux", .architecture = "amd64", .variant = "v3"}));
    CHECK(runs(arm64, {.os = "linux", .architecture = "arm64", .variant = "v8"}));
    CHECK_FALSE(runs(amd64, arm64));
    CHECK_FALSE(runs(amd64, {.os = "windows", .architecture = "amd64"}));
  }
}
