#include "toolkit/image/tar.hpp"

#include <stdexcept>

#include "toolkit/image/test_layers.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT

namespace {

std::vector<Item> read_all_items(const std::string& bytes) {
  std::vector<Item> items;
  TarReader reader(source_of(bytes));
  while (auto entry = reader.next()) {
    Item item{.entry = std::move(*entry)};
    reader.read_content([&](std::int64_t offset, std::string_view data) {
      item.text.resize(static_cast<std::size_t>(offset), '\0');
      item.text.append(data);
    });
    items.push_back(std::move(item));
  }
  return items;
}

std::string refusal(const std::string& bytes) {
  try {
    read_all_items(bytes);
    return "accepted";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::string inflate(const std::string& bytes, Compression compression) {
  const ByteSource source = decompress(source_of(bytes), compression);
  std::string plain;
  std::array<char, 1000> chunk{};
  while (const std::size_t got = source(chunk.data(), chunk.size()))
    plain.append(chunk.data(), got);
  return plain;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("tar: reading gives back what was written") {
    Item written = file("a/b", "text", 04755);
    written.entry.uid = 1000;
    written.entry.gid = 3'000'000;
    written.entry.mtime = 1'700'000'000;
    written.entry.mtime_nsec = 123'456'789;
    written.entry.xattrs = {{.name = "user.x", .value = std::string("a\0b", 3)}};
    const auto items = read_all_items(test::tar({written}));
    REQUIRE(items.size() == 1);
    const TarEntry& entry = items[0].entry;
    CHECK(entry.path == "a/b");
    CHECK(entry.mode == 04755);
    CHECK(entry.uid == 1000);
    CHECK(entry.gid == 3'000'000);
    CHECK(entry.mtime == 1'700'000'000);
    CHECK(entry.mtime_nsec == 123'456'789);
    REQUIRE(entry.xattrs.size() == 1);
    CHECK(entry.xattrs[0].name == "user.x");
    CHECK(entry.xattrs[0].value == std::string("a\0b", 3));
    CHECK(items[0].text == "text");
  }

  TEST_CASE("tar: each kind of entry is told") {
    const auto items = read_all_items(
        test::tar({file("f", ""), directory("d"), soft_link("s", "t"), hard_link("h", "f"),
                   special("p", EntryType::fifo), special("c", EntryType::device)}));
    REQUIRE(items.size() == 6);
    CHECK(items[0].entry.type == EntryType::file);
    CHECK(items[1].entry.type == EntryType::directory);
    CHECK(items[2].entry.type == EntryType::symlink);
    CHECK(items[2].entry.target == "t");
    CHECK(items[3].entry.type == EntryType::hardlink);
    CHECK(items[3].entry.target == "f");
    CHECK(items[4].entry.type == EntryType::fifo);
    CHECK(items[5].entry.type == EntryType::device);
  }

  TEST_CASE("tar: the bytes of a name stay as they are") {
    const std::string composed = "caf\xc3\xa9";
    const std::string decomposed = "cafe\xcc\x81";
    const std::string latin = "caf\xe9";
    for (const std::string& name : {composed, decomposed, latin}) {
      CAPTURE(name);
      const auto in_ustar = read_all_items(raw_header({.name = name}) + end_of_archive());
      CHECK(in_ustar.at(0).entry.path == name);
      const auto in_pax = read_all_items(pax({"path=" + name}) + raw_header({}) + end_of_archive());
      CHECK(in_pax.at(0).entry.path == name);
      const auto link = read_all_items(pax({"linkpath=" + name}) +
                                       raw_header({.type = '2', .link = "x"}) + end_of_archive());
      CHECK(link.at(0).entry.target == name);
    }
  }

  TEST_CASE("tar: the same entries give the same bytes") {
    const auto make = [] { return compress(test::tar({file("a", "b")}), Compression::gzip); };
    CHECK(make() == make());
    CHECK(make().substr(4, 4) == std::string(4, '\0'));  // no time in gzip's header
  }

  TEST_CASE("tar: gzip and zstd are undone") {
    const std::string plain(100'000, 'x');
    CHECK(inflate(compress(plain, Compression::gzip), Compression::gzip) == plain);
    CHECK(inflate(compress(plain, Compression::zstd), Compression::zstd) == plain);
    CHECK(inflate(plain, Compression::none) == plain);
    CHECK(inflate(compress("", Compression::gzip), Compression::gzip).empty());
  }

  TEST_CASE("tar: a stream of another compression is refused") {
    const std::string gzip = compress("plain", Compression::gzip);
    CHECK_THROWS_WITH(decompress(source_of("plain"), Compression::gzip),
                      "layer: not compressed with gzip");
    CHECK_THROWS_WITH(decompress(source_of(gzip), Compression::zstd),
                      "layer: not compressed with zstd");
    CHECK_THROWS_WITH(decompress(source_of(""), Compression::gzip),
                      "layer: not compressed with gzip");
    CHECK_THROWS_WITH(decompress(source_of(compress(gzip, Compression::gzip)), Compression::gzip),
                      "layer: not compressed with gzip");
  }

  TEST_CASE("tar: a compressed stream that is cut is refused") {
    std::string bytes =
        compress(std::string(300'000, 'a') + std::string(300'000, 'b'), Compression::gzip);
    bytes.resize(bytes.size() / 2);
    CHECK_THROWS_AS(inflate(bytes, Compression::gzip), std::runtime_error);
  }

  TEST_CASE("tar: an error of the source comes out as it is") {
    const ByteSource failing = [](char*, std::size_t) -> std::size_t {
      throw std::logic_error("the source's own");
    };
    CHECK_THROWS_WITH(decompress(failing, Compression::gzip), "the source's own");
    CHECK_THROWS_WITH(TarReader(failing).next(), "the source's own");
  }

  TEST_CASE("tar: a damaged archive is refused") {
    const std::string good = test::tar({file("a", std::string(2000, 'x')), file("b", "y")});
    CHECK(refusal(good) == "accepted");
    CHECK(refusal(good.substr(0, 1000)) != "accepted");
    CHECK(refusal(good.substr(0, 700)) != "accepted");
    CHECK(refusal(raw_header({.good_checksum = false}) + end_of_archive()) != "accepted");
    CHECK(refusal(raw_header({}) + raw_header({.good_checksum = false}) + end_of_archive()) !=
          "accepted");
    CHECK(refusal(raw_header({.size = "77777777777"}) + "x") != "accepted");
    CHECK(refusal(std::string(4096, 'x')) != "accepted");
  }

  TEST_CASE("tar: an archive that stops right behind its last content is whole") {
    const std::string good = test::tar({file("a", "x"), file("b", std::string(700, 'y'))});
    const std::string stopped = good.substr(0, 3 * 512 + 700);
    REQUIRE(stopped.back() == 'y');
    CHECK(read_all_items(stopped).size() == 2);
    CHECK(read_all_items(stopped).back().text == std::string(700, 'y'));
    CHECK(refusal(stopped.substr(0, stopped.size() - 1)) != "accepted");
    CHECK(refusal(stopped.substr(0, stopped.size() - 512)) != "accepted");
  }

  TEST_CASE("tar: an archive of no entries is read") {
    CHECK(read_all_items(end_of_archive()).empty());
    CHECK(read_all_items("").empty());
  }

  TEST_CASE("tar: a negative size is refused") {
    std::string size(12, '\xff');  // base 256
    CHECK(refusal(raw_header({.size = size}) + end_of_archive()) != "accepted");
    CHECK(refusal(pax({"size=-5"}) + raw_header({}) + end_of_archive()) != "accepted");
  }

  TEST_CASE("tar: a malformed pax record is refused") {
    const std::string garbage = "this is no record";
    CHECK(refusal(raw_header({.type = 'x', .size = octal(garbage.size())}) + blocks(garbage) +
                  raw_header({}) + end_of_archive()) != "accepted");
  }

  TEST_CASE("tar: headers of gigabytes are refused before they are read") {
    CHECK(refusal(raw_header({.type = 'x', .size = "30000000000"}) + end_of_archive()) !=
          "accepted");
    CHECK(refusal(raw_header({.type = 'L', .size = "30000000000"}) + end_of_archive()) !=
          "accepted");
  }

  TEST_CASE("tar: the size of a pax header is that of the file alone") {
    // TARmageddon: a reader that skips by the ustar size would take the content for entries.
    const std::string hidden = raw_header({.name = "hidden"});
    const auto items = read_all_items(pax({"size=" + std::to_string(hidden.size())}) +
                                      raw_header({.name = "outer", .size = "00000000000"}) +
                                      hidden + end_of_archive());
    REQUIRE(items.size() == 1);
    CHECK(items[0].entry.path == "outer");
    CHECK(items[0].text == hidden);
  }

  TEST_CASE("tar: a pax header before a long name keeps its hands off the name's size") {
    const std::string name(150, 'n');
    const auto items = read_all_items(
        pax({"size=512"}) + raw_header({.name = "L", .type = 'L', .size = octal(name.size())}) +
        blocks(name) + raw_header({.name = "short"}) + std::string(512, 'c') + end_of_archive());
    REQUIRE(items.size() == 1);
    CHECK(items[0].entry.path == name);
    CHECK(items[0].text == std::string(512, 'c'));
  }
}
