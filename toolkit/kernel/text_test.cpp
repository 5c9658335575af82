#include "toolkit/kernel/text.hpp"

#include "toolkit/test/test.hpp"

using namespace std::string_view_literals;  // NOLINT: literals are for this
using toolkit::lines;
using toolkit::parse_id;
using toolkit::parse_number;
using toolkit::printable;
using toolkit::shell_quote;
using toolkit::split;
using toolkit::trim;
using toolkit::unescape_octal;
using toolkit::words;

using Views = std::vector<std::string_view>;

TEST_SUITE("unit") {
  TEST_CASE("text: split keeps empty fields") {
    CHECK(split("a:b:c", ':') == Views{"a", "b", "c"});
    CHECK(split("a::b", ':') == Views{"a", "", "b"});
    CHECK(split(":a:", ':') == Views{"", "a", ""});
    CHECK(split("", ':') == Views{""});
  }

  TEST_CASE("text: a newline at the end starts no further line") {
    CHECK(lines("one\ntwo\n") == Views{"one", "two"});
    CHECK(lines("one\ntwo") == Views{"one", "two"});
    CHECK(lines("one\n\ntwo\n\n") == Views{"one", "", "two", ""});
    CHECK(lines("\n") == Views{""});
    CHECK(lines("").empty());
  }

  TEST_CASE("text: words stand between runs of blanks and tabs") {
    CHECK(words("  cpu\t\tcpuset memory ") == Views{"cpu", "cpuset", "memory"});
    CHECK(words(" \t ").empty());
    CHECK(words("").empty());
  }

  TEST_CASE("text: trim takes blanks and line ends from both ends only") {
    CHECK(trim(" \ta b\r\n") == "a b");
    CHECK(trim("plain") == "plain");
    CHECK(trim(" \n").empty());
  }

  TEST_CASE("text: an id is digits alone and in range") {
    CHECK(parse_id("0") == 0U);
    CHECK(parse_id("1000") == 1000U);
    CHECK(parse_id("4294967294") == 4294967294U);
  }

  TEST_CASE("text: what only looks like an id is none") {
    for (const std::string_view hostile :
         {""sv, "-1"sv, "+1"sv, "01"sv, "00"sv, "1x"sv, "x1"sv, "0x1"sv, " 1"sv, "1 "sv, "1\n"sv,
          "1.0"sv, "1e3"sv, "1\0"sv, "\xd9\xa1"sv}) {
      CAPTURE(hostile);
      CHECK_FALSE(parse_id(hostile));
    }
  }

  TEST_CASE("text: the id that means none to setresuid is refused and so are larger ones") {
    CHECK_FALSE(parse_id("4294967295"));
    CHECK_FALSE(parse_id("4294967296"));
    CHECK_FALSE(parse_id("18446744073709551616"));
  }

  TEST_CASE("text: a number reaches to the end of 64 bits and no further") {
    CHECK(parse_number("4294967295") == 4294967295U);
    CHECK(parse_number("18446744073709551615") == 18446744073709551615U);
    CHECK_FALSE(parse_number("18446744073709551616"));
    CHECK_FALSE(parse_number("-1"));
    CHECK_FALSE(parse_number("007"));
  }

  TEST_CASE("text: octal escapes become the bytes that they stand for") {
    CHECK(unescape_octal("/a\\040b") == "/a b");
    CHECK(unescape_octal("\\011\\012\\134") == "\t\n\\");
    CHECK(unescape_octal("/caf\\303\\251") == "/caf\303\251");
    CHECK(unescape_octal("\\134040") == "\\040");
  }

  TEST_CASE("text: a backslash without three octal digits stays as it is") {
    CHECK(unescape_octal("\\") == "\\");
    CHECK(unescape_octal("a\\04") == "a\\04");
    CHECK(unescape_octal("\\089") == "\\089");
    CHECK(unescape_octal("\\04x") == "\\04x");
    CHECK(unescape_octal("\\n") == "\\n");
  }

  TEST_CASE("text: printable shows control bytes and passes UTF-8") {
    CHECK(printable("plain text") == "plain text");
    CHECK(printable("caf\303\251") == "caf\303\251");
    CHECK(printable("\x1b[2J\n\x7f") == "\\x1b[2J\\x0a\\x7f");
    CHECK(printable("a\0b"sv) == "a\\x00b");
  }

  TEST_CASE("text: a word that a shell would take apart is quoted") {
    CHECK(shell_quote("/bin/sh") == "/bin/sh");
    CHECK(shell_quote("K=V,1:2@3%4+5-6_7.8") == "K=V,1:2@3%4+5-6_7.8");
    CHECK(shell_quote("") == "''");
    CHECK(shell_quote("a b") == "'a b'");
    CHECK(shell_quote("$HOME") == "'$HOME'");
    CHECK(shell_quote("~") == "'~'");
    CHECK(shell_quote("it's") == "'it'\\''s'");
  }

  TEST_CASE("text: a shell reads a quoted word back as it was") {
    for (const char* word : {"it's", "'", "''", "a\nb", "\\", "`id`", "$(id)", "*", "\"", " "}) {
      const std::string script = std::string("printf %s ") + shell_quote(word);
      CHECK(toolkit::test::run({"/bin/sh", "-c", script}).out == word);
    }
  }
}
