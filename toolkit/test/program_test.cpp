#include <regex>

#include "toolkit/kernel/text.hpp"
#include "toolkit/test/test.hpp"

using toolkit::test::built;
using toolkit::test::run;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kRelease = false;
#else
constexpr bool kRelease = true;
#endif

/// What binutils say of `cooper`; see readelf(1) and nm(1).
std::string told(std::vector<std::string> command) {
  command.push_back(built("bin/cooper"));
  const auto outcome = run(command);
  REQUIRE(outcome.status == 0);
  return outcome.out;
}

bool matches(const std::string& text, const std::string& pattern) {
  return std::regex_search(text, std::regex(pattern));
}

/// The symbols that match a pattern, one a line, as "getpwnam" or "std::ios_base::Init::Init()".
std::string symbols(const std::string& pattern) {
  const std::regex wanted(pattern);
  std::string found;
  const std::string all = told({"nm", "--demangle", "--format=just-symbols"});
  for (const std::string_view line : toolkit::lines(all)) {
    if (std::regex_search(line.begin(), line.end(), wanted)) found.append(line).append("\n");
  }
  return found;
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("cooper: is one static position independent file") {
    SKIP_UNLESS(kRelease, "with sanitizers it is linked dynamically");
    CHECK(matches(told({"readelf", "--file-header"}), "Type: +DYN"));
    CHECK(matches(told({"readelf", "--dynamic"}), "FLAGS_1.*PIE"));
    CHECK_FALSE(matches(told({"readelf", "--dynamic"}), "NEEDED"));
    CHECK_FALSE(matches(told({"readelf", "--program-headers", "--wide"}), "INTERP"));
  }

  TEST_CASE(
      "cooper: its memory is either writable or executable and its relocations are read-only") {
    SKIP_UNLESS(kRelease, "what a sanitizer links is not what is shipped");
    const std::string segments = told({"readelf", "--program-headers", "--wide"});
    CHECK(matches(segments, "GNU_RELRO"));
    CHECK(matches(segments, "GNU_STACK .* RW "));
    CHECK_FALSE(matches(segments, "RWE"));
    CHECK(matches(told({"readelf", "--dynamic"}), "BIND_NOW|FLAGS_1.*NOW"));
  }

  TEST_CASE("cooper: asks no name service") {
    SKIP_UNLESS(kRelease, "a sanitizer brings the names it intercepts");
    REQUIRE_FALSE(symbols("^main$").empty());  // else it was stripped and says nothing
    CHECK(symbols("^_*(getpw|getgr(nam|gid|ent|ouplist)|getaddrinfo|gethostby)") == "");
  }

  TEST_CASE("cooper: sets up no stream") {
    SKIP_UNLESS(kRelease, "a sanitizer is written with streams");
    CHECK(symbols("^std::ios_base::Init") == "");
  }

  TEST_CASE("cooper: has less than 2.5 MB to be loaded") {
    SKIP_UNLESS(kRelease, "a sanitizer makes it several times as large");
    const std::string table = told({"size", "--format=berkeley"});
    const auto row = toolkit::words(toolkit::lines(table).at(1));  // text data bss total
    const auto loaded = toolkit::parse_number(row.at(3));
    REQUIRE(loaded.has_value());
    MESSAGE("bin/cooper loads " << *loaded << " bytes");
    CHECK(*loaded < 2'500'000);
  }
}
