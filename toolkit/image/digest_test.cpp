#include "toolkit/image/digest.hpp"

#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file

TEST_SUITE("unit") {
  const std::string kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  TEST_CASE("digest: sha256 of nothing and of abc are those of FIPS 180-4") {
    CHECK(sha256("").text() == "sha256:" + kEmpty);
    CHECK(sha256("abc").hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  TEST_CASE("digest: pieces give the digest of the whole") {
    Hasher hasher("sha256");
    hasher.add("a", 1);
    hasher.add("bc", 2);
    CHECK(hasher.finish() == sha256("abc"));
  }

  TEST_CASE("digest: sha512 has 128 digits") {
    CHECK(Hasher("sha512").finish().hex.size() == 128);
    CHECK(parse_digest("sha512:" + std::string(128, 'a')).algorithm == "sha512");
  }

  TEST_CASE("digest: parsing gives back what was written") {
    CHECK(parse_digest("sha256:" + kEmpty).text() == "sha256:" + kEmpty);
  }

  TEST_CASE("digest: an unknown algorithm is told apart from a malformed text") {
    CHECK_THROWS_WITH(parse_digest("blake3:ab"),
                      "digest 'blake3:ab': unknown algorithm; known: sha256, sha512");
    CHECK_THROWS_WITH(parse_digest("abc"), "digest 'abc': not of the form algorithm:hex");
    CHECK_THROWS_WITH(parse_digest(""), "digest '': not of the form algorithm:hex");
  }

  TEST_CASE("digest: what could become another path is refused") {
    CHECK_THROWS(parse_digest("sha256:../../../../etc/passwd"));
    CHECK_THROWS(parse_digest("../sha256:" + kEmpty));
    CHECK_THROWS(parse_digest("sha256:" + kEmpty + "/x"));
    CHECK_THROWS(parse_digest("sha256:" + kEmpty.substr(1) + "/"));
    CHECK_THROWS(parse_digest("sha256:" + kEmpty.substr(1)));
    CHECK_THROWS(parse_digest("sha256:" + std::string(64, 'A')));
  }
}
