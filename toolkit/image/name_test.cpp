#include "toolkit/image/name.hpp"

#include <filesystem>
#include <fstream>

#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file
using test::TempDir;

namespace {

/// Three embedded images, and one directory that is none.
struct Embedded {
  Embedded() {
    for (const char* name : {"busybox", "alpine", "debian"})
      temp.file(std::string(name) + "/index.json", "{}");
    std::filesystem::create_directory(temp.at("empty"));
  }
  TempDir temp = {};
};

std::string refusal(const std::string& name, const std::string& images) {
  try {
    parse_image_name(name, images);
    return "accepted";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("name: a bare name is an embedded image") {
    const Embedded images;
    CHECK(parse_image_name("busybox", images.temp.path()).layout == images.temp.at("busybox"));
    CHECK(parse_image_name("busybox", images.temp.path()).tag.empty());
  }

  TEST_CASE("name: a bare name may have a tag") {
    const Embedded images;
    CHECK(parse_image_name("busybox:latest", images.temp.path()).layout ==
          images.temp.at("busybox"));
    CHECK(parse_image_name("busybox:latest", images.temp.path()).tag == "latest");
  }

  TEST_CASE("name: oci: takes a path and a tag as skopeo does") {
    CHECK(parse_image_name("oci:/a/b", "").layout == "/a/b");
    CHECK(parse_image_name("oci:/a/b", "").tag.empty());
    CHECK(parse_image_name("oci:/a/b:v1", "").layout == "/a/b");
    CHECK(parse_image_name("oci:/a/b:v1", "").tag == "v1");
    CHECK(parse_image_name("oci:/a/b:host/name:v1", "").tag == "host/name:v1");
  }

  TEST_CASE("name: a path is a layout and becomes absolute") {
    const std::string here = std::filesystem::current_path();
    CHECK(parse_image_name("/a/b", "").layout == "/a/b");
    CHECK(parse_image_name("/a:b", "").layout == "/a:b");
    CHECK(parse_image_name("./a", "").layout == here + "/./a");
    CHECK(parse_image_name("../a", "").layout == here + "/../a");
    CHECK(parse_image_name("oci:a", "").layout == here + "/a");
  }

  TEST_CASE("name: an unknown name lists the embedded images and the other forms") {
    const Embedded images;
    CHECK(
        refusal("nginx", images.temp.path()) ==
        "image 'nginx': no such image; embedded: alpine, busybox, debian, empty; an OCI layout is "
        "named oci:PATH[:TAG] or by a path that begins with / or ./");
    CHECK(refusal("empty", images.temp.path()).find("no such image") != std::string::npos);
    CHECK(refusal("nginx", "/nonexistent").find("embedded: none;") != std::string::npos);
  }

  TEST_CASE("name: hostile names are refused") {
    const Embedded images;
    const std::string nested = images.temp.at("busybox");
    for (const std::string& name : {std::string(),
                                    std::string(".."),
                                    std::string("."),
                                    std::string(".hidden"),
                                    std::string("-x"),
                                    std::string("a/../busybox"),
                                    std::string("busybox/.."),
                                    std::string("busybox/"),
                                    std::string("Busybox"),
                                    std::string("busybox:"),
                                    std::string("busybox:../x"),
                                    std::string("busybox\n"),
                                    std::string("busy\0box", 8),
                                    std::string("busybox:a\x1b[31m"),
                                    std::string("busybox:-t"),
                                    std::string("$(id)"),
                                    std::string("oci:"),
                                    std::string("oci::latest"),
                                    std::string("oci:/a:"),
                                    std::string("oci:/a:--help"),
                                    std::string("oci:/a\nb"),
                                    std::string("/a\x07"),
                                    std::string(300, 'a'),
                                    "busybox:" + std::string(129, 'a')}) {
      CAPTURE(name);
      CHECK(refusal(name, images.temp.path()) != "accepted");
    }
  }

  TEST_CASE("name: a refusal is one line without control bytes") {
    const std::string line = refusal("a\nb\x1b[2J", "/nonexistent");
    CHECK(line.find_first_of("\n\x1b") == std::string::npos);
    CHECK(line.find("a\\x0ab\\x1b[2J") != std::string::npos);
  }
}
