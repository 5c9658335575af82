#include "toolkit/image/record.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file
using test::TempDir;
namespace fs = std::filesystem;

namespace {

const ImageRecord kRecord{.manifest_digest = "sha256:ab",
                          .root = "/tree",
                          .env = {"A=1", "B=x=y", "C="},
                          .entrypoint = {"/bin/e", ""},
                          .cmd = {"sh", "-c", "a\nb"},
                          .user = "1000:10",
                          .working_dir = "/w",
                          .stop_signal = "SIGTERM"};

/// A store with one recorded image whose tree and layout are there.
struct Recorded {
  Recorded() {
    fs::permissions(temp.path(), fs::perms::owner_all);
    for (const char* name : {"store", "tree", "layout"}) fs::create_directory(temp.at(name));
    fs::permissions(temp.at("store"), fs::perms::owner_all);
    temp.file("layout/index.json", index);
    record.root = temp.at("tree");
    write_record(store, layout, "v1", index, record);
  }
  [[nodiscard]] bool found() const { return find_record(store, layout, "v1").has_value(); }
  [[nodiscard]] std::string path() const { return record_path(store, layout, "v1"); }

  TempDir temp = {};
  std::string store = temp.at("store");
  std::string layout = temp.at("layout");
  std::string index = "{\"an\": \"index\"}";
  ImageRecord record = kRecord;
};

void check_equal(const ImageRecord& a, const ImageRecord& b) {
  CHECK(a.manifest_digest == b.manifest_digest);
  CHECK(a.root == b.root);
  CHECK(a.env == b.env);
  CHECK(a.entrypoint == b.entrypoint);
  CHECK(a.cmd == b.cmd);
  CHECK(a.user == b.user);
  CHECK(a.working_dir == b.working_dir);
  CHECK(a.stop_signal == b.stop_signal);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("record: parsing gives back what was written") {
    const auto file = parse_record(serialize_record(kRecord, "/l", "t", "{}"));
    REQUIRE(file);
    check_equal(file->record, kRecord);
    CHECK(file->layout == "/l");
    CHECK(file->tag == "t");
    CHECK(file->index == "{}");
  }

  TEST_CASE("record: a record cut short anywhere is none") {
    const std::string text = serialize_record(kRecord, "/l", "t", "{}");
    for (std::size_t size = 0; size < text.size(); ++size) {
      CAPTURE(size);
      CHECK_FALSE(parse_record(std::string_view(text).substr(0, size)));
    }
  }

  TEST_CASE("record: another version and unknown fields are none") {
    using namespace std::string_view_literals;
    CHECK_FALSE(parse_record("version=2\0end=\0"sv));
    CHECK_FALSE(parse_record("version=1\0colour=red\0end=\0"sv));
    CHECK_FALSE(parse_record("layout=/l\0version=1\0end=\0"sv));
    CHECK_FALSE(parse_record("version=1\0version=1\0end=\0"sv));
    CHECK_FALSE(parse_record("version=1\0end=\0more=\0"sv));
    CHECK_FALSE(parse_record("version=1\0layout\0end=\0"sv));
    CHECK_FALSE(parse_record("end=\0"sv));
    CHECK(parse_record("version=1\0end=\0"sv));
  }

  TEST_CASE("record: a NUL byte in a value is refused when written") {
    ImageRecord record = kRecord;
    record.cmd.emplace_back("a\0b", 3);
    CHECK_THROWS_WITH(serialize_record(record, "", "", ""), "image record: cmd holds a NUL byte");
  }

  TEST_CASE("record: no two images share a path") {
    const std::set<std::string> paths{
        record_path("/s", "/a/b", "t"),   record_path("/s", "/a-b", "t"),
        record_path("/s", "/a/b@t", ""),  record_path("/s", "/a/b", "@t"),
        record_path("/s", "/a%2Fb", "t"), record_path("/s", "/a/b/", "t"),
        record_path("/s", "/a", "b@t"),   record_path("/s", "/a+b", "t")};
    CHECK(paths.size() == 8);
  }

  TEST_CASE("record: no name leads out of the store") {
    CHECK(record_path("/s", "/../../etc", "..") == "/s/images/-..-..-etc@..");
    CHECK(record_path("/s", "..", "../x\n") == "/s/images/..@..-x%0A");
  }

  TEST_CASE("record: what was written is found") {
    const Recorded image;
    const auto found = find_record(image.store, image.layout, "v1");
    REQUIRE(found);
    check_equal(*found, image.record);
  }

  TEST_CASE("record: a long layout path has a record too") {
    const Recorded image;
    const std::string layout = image.temp.at(std::string(180, 'a') + "/" + std::string(180, '-'));
    fs::create_directories(layout);
    fs::copy(image.layout + "/index.json", layout);
    write_record(image.store, layout, "", image.index, image.record);
    CHECK(find_record(image.store, layout, ""));
  }

  TEST_CASE("record: another tag or layout has none") {
    const Recorded image;
    CHECK_FALSE(find_record(image.store, image.layout, "v2"));
    CHECK_FALSE(find_record(image.store, image.layout + "/", "v1"));
    CHECK_FALSE(find_record(image.temp.at("elsewhere"), image.layout, "v1"));
  }

  TEST_CASE("record: a layout whose index has changed has none") {
    Recorded image;
    SUBCASE("another byte") { image.temp.file("layout/index.json", "{\"an\": \"Index\"}"); }
    SUBCASE("longer") { image.temp.file("layout/index.json", image.index + " "); }
    SUBCASE("shorter") { image.temp.file("layout/index.json", "{\"an\": \"index\""); }
    SUBCASE("gone") { fs::remove(image.layout + "/index.json"); }
    CHECK_FALSE(image.found());
  }

  TEST_CASE("record: an image whose tree is gone has none") {
    const Recorded image;
    fs::remove(image.temp.at("tree"));
    CHECK_FALSE(image.found());
  }

  TEST_CASE("record: what others can write to is not trusted") {
    Recorded image;
    SUBCASE("a record for the group") { ::chmod(image.path().c_str(), 0660); }
    SUBCASE("a record for all") { ::chmod(image.path().c_str(), 0602); }
    SUBCASE("a store for all") { ::chmod(image.store.c_str(), 0777); }
    SUBCASE("a store for the group") { ::chmod(image.store.c_str(), 0770); }
    CHECK_FALSE(image.found());
  }

  TEST_CASE("record: what belongs to another user is not trusted [root]") {
    SKIP_UNLESS(test::is_root(), "only root can give a file away");
    Recorded image;
    SUBCASE("the record") { CHECK(::chown(image.path().c_str(), 65534, 65534) == 0); }
    SUBCASE("the store") { CHECK(::chown(image.store.c_str(), 65534, 65534) == 0); }
    CHECK_FALSE(image.found());
  }

  TEST_CASE("record: what is no regular file is none and does not block") {
    Recorded image;
    fs::remove(image.path());
    SUBCASE("a FIFO") { CHECK(::mkfifo(image.path().c_str(), 0600) == 0); }
    SUBCASE("a directory") { fs::create_directory(image.path()); }
    SUBCASE("a link to a good record") {
      write_record(image.store, image.layout, "v1", image.index, image.record);
      fs::rename(image.path(), image.temp.at("moved"));
      fs::create_symlink(image.temp.at("moved"), image.path());
    }
    SUBCASE("a dangling link") { fs::create_symlink("nowhere", image.path()); }
    CHECK_FALSE(image.found());
  }

  TEST_CASE("record: garbage is none") {
    Recorded image;
    SUBCASE("random bytes") { write_file(image.path(), std::string(4096, '\xff')); }
    SUBCASE("a good record and more") {
      image.temp.file("store/images/" + fs::path(image.path()).filename().string(),
                      serialize_record(image.record, image.layout, "v1", image.index) + "x");
    }
    SUBCASE("the record of another image") {
      image.temp.file("store/images/" + fs::path(image.path()).filename().string(),
                      serialize_record(image.record, "/other", "v1", image.index));
    }
    SUBCASE("17 MiB") { fs::resize_file(image.path(), 17 << 20); }
    CHECK_FALSE(image.found());
  }

  TEST_CASE("record: a new record replaces the old one and leaves nothing beside it") {
    Recorded image;
    image.record.cmd = {"new"};
    write_record(image.store, image.layout, "v1", image.index, image.record);
    CHECK(find_record(image.store, image.layout, "v1")->cmd == std::vector<std::string>{"new"});
    CHECK(std::distance(fs::directory_iterator(image.store + "/images"), {}) == 1);
  }
}
