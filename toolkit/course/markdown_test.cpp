#include "toolkit/course/markdown.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "toolkit/course/screen/characters.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

std::string plain(std::string_view markdown, std::size_t width = 80) {
  return render_markdown(markdown, {.width = width});
}

std::string coloured(std::string_view markdown) {
  return render_markdown(markdown, {.colour = Colour::yes});
}

TEST_SUITE("unit") {
  TEST_CASE("markdown: a paragraph is wrapped at the width") {
    CHECK(plain("one two\nthree four", 10) == "one two\nthree four\n");
    CHECK(plain("one two\nthree four") == "one two three four\n");
  }

  TEST_CASE("markdown: one empty line stands between blocks") {
    CHECK(plain("one\n\n\n\ntwo\n") == "one\n\ntwo\n");
  }

  TEST_CASE("markdown: headings have a line below, the lower ones none") {
    CHECK(plain("# Top\n## Größe\n### Deep") == "Top\n═══\n\nGröße\n─────\n\nDeep\n");
  }

  TEST_CASE("markdown: headings are bold where there is colour") {
    CHECK(coloured("### Deep") == "\033[1mDeep\033[0m\n");
    CHECK(coloured("## A") == "\033[1mA\033[0m\n\033[2m─\033[0m\n");
  }

  TEST_CASE("markdown: code keeps its lines, and is set in") {
    CHECK(plain("```cpp\nif (x)\n    y();\n\nz();\n```") ==
          "    if (x)\n        y();\n\n    z();\n");
    CHECK(plain("    indented\n      more\n") == "    indented\n      more\n");
  }

  TEST_CASE("markdown: code is never wrapped, and is set in less where it is wide") {
    CHECK(plain("```\n123456789 12\n```", 14) == "  123456789 12\n");
    CHECK(plain("```\n123456789 123456789\n```", 14) == "123456789 123456789\n");
  }

  TEST_CASE("markdown: a picture of lines and boxes keeps its form") {
    const std::string picture = "┌──┐  ->\n│  ├── x\n└──┘\n";
    CHECK(plain("```\n" + picture + "```") == "    ┌──┐  ->\n    │  ├── x\n    └──┘\n");
  }

  TEST_CASE("markdown: what is typed stands out from what is printed") {
    CHECK(coloured("```console\n$ id -u\n0\n```") == "    \033[1m$ id -u\033[0m\n    0\n");
    CHECK(coloured("```\n$ id -u\n```") == "    $ id -u\n");
  }

  TEST_CASE("markdown: inline code is marked by colour, or by its own marks") {
    CHECK(plain("call `chroot` now") == "call `chroot` now\n");
    CHECK(coloured("call `chroot` now") == "call \033[36mchroot\033[0m now\n");
  }

  TEST_CASE("markdown: a short command is not torn apart, punctuation stays with it") {
    CHECK(plain("now type `ls -l /proc`, then go", 18) == "now type\n`ls -l /proc`,\nthen go\n");
  }

  TEST_CASE("markdown: code that would fill the line is torn apart") {
    CHECK(plain("type `one two three four`", 20) == "type `one two three\nfour`\n");
  }

  TEST_CASE("markdown: emphasis and strength are styles") {
    CHECK(plain("a *b* **c** d") == "a b c d\n");
    CHECK(coloured("a *b* **c** d") == "a \033[4mb\033[0m \033[1mc\033[0m d\n");
  }

  TEST_CASE("markdown: a word that is strong in part stays a word") {
    CHECK(plain("see pivot**root**s", 10) == "see\npivotroots\n");
  }

  TEST_CASE("markdown: a link is its text and its target") {
    CHECK(plain("see [the page](https://example.org/x) there") ==
          "see the page (https://example.org/x) there\n");
    CHECK(coloured("[a](b)") == "\033[4ma\033[0m (b)\n");
  }

  TEST_CASE("markdown: a target that is the text is told once") {
    CHECK(plain("<https://example.org>") == "https://example.org\n");
    CHECK(plain("https://example.org/a") == "https://example.org/a\n");
    CHECK(plain("[docs/a.md](docs/a.md)") == "docs/a.md\n");
    CHECK(plain("<a@example.org>") == "a@example.org\n");
    CHECK(plain("[below](#what-goes-wrong)") == "below\n");
  }

  TEST_CASE("markdown: targets are told from the root of the clone") {
    CHECK(render_markdown("[words](../../docs/glossary.md)", {}, "labs/04-uts") ==
          "words (docs/glossary.md)\n");
    CHECK(render_markdown("[x](https://a.b/../c)", {}, "labs/04-uts") == "x (https://a.b/../c)\n");
    CHECK(render_markdown("[`docs/a.md`](../../docs/a.md)", {}, "labs/04-uts") == "`docs/a.md`\n");
  }

  TEST_CASE("markdown: bullets hang") {
    CHECK(plain("- one two three\n- four", 11) == "• one two\n  three\n• four\n");
  }

  TEST_CASE("markdown: a loose list keeps its empty lines") {
    CHECK(plain("- one\n\n- two\n\n  more\n") == "• one\n\n• two\n\n  more\n");
  }

  TEST_CASE("markdown: numbers stand under each other") {
    CHECK(plain("9. nine\n10. ten") == " 9. nine\n10. ten\n");
    CHECK(plain("1. one\n2. two") == "1. one\n2. two\n");
  }

  TEST_CASE("markdown: a list in a list, and code in it") {
    CHECK(plain("- one\n  - in\n  - it\n- two") == "• one\n  • in\n  • it\n• two\n");
    CHECK(plain("1. do\n\n   ```\n   ls\n   ```\n2. done") == "1. do\n\n       ls\n\n2. done\n");
  }

  TEST_CASE("markdown: an item without text is a sign alone") {
    CHECK(plain("- \n- b") == "•\n• b\n");
  }

  TEST_CASE("markdown: a quote has a bar at its side") {
    CHECK(plain("> one two\n> three\n>\n> four", 10) == "│ one two\n│ three\n│\n│ four\n");
  }

  TEST_CASE("markdown: a rule is a line") { CHECK(plain("a\n\n---\n", 5) == "a\n\n─────\n"); }

  TEST_CASE("markdown: a line break is kept") {
    CHECK(plain("one  \ntwo") == "one\ntwo\n");
    CHECK(plain("one<br>two") == "one\ntwo\n");
  }

  TEST_CASE("markdown: comments are not shown") {
    CHECK(plain("a\n\n<!-- secret -->\n\nb <!-- too --> c") == "a\n\nb c\n");
  }

  TEST_CASE("markdown: entities are letters") {
    CHECK(plain("1 &lt; 2 &amp; `a &lt;`") == "1 < 2 & `a &lt;`\n");
  }

  TEST_CASE("markdown: a table has its columns") {
    CHECK(plain("| errno | cause |\n|---|---|\n| EBUSY | not a mount |\n| `EPERM` | no |") ==
          "errno    cause\n───────  ───────────\nEBUSY    not a mount\n`EPERM`  no\n");
  }

  TEST_CASE("markdown: a table that is too wide wraps in its cells") {
    CHECK(plain("| a | what |\n|---|---|\n| x | one two three |\n| y | four |", 12) ==
          "a  what\n─  ─────────\nx  one two\n   three\n\ny  four\n");
  }

  TEST_CASE("markdown: a table without a head has no line either") {
    CHECK(plain("| | |\n|---|---|\n| a | b |\n| c | d |") == "a  b\nc  d\n");
  }

  TEST_CASE("markdown: columns may be aligned") {
    CHECK(plain("| n | c |\n|--:|:-:|\n| 1 | a |\n| 100 | bcd |") ==
          "  n   c\n───  ───\n  1   a\n100  bcd\n");
  }

  TEST_CASE("markdown: nothing is nothing") { CHECK(plain("").empty()); }

  TEST_CASE("markdown: no escape reaches the terminal") {
    CHECK(plain("a \033[2J b") == "a \\x1b[2J b\n");
    CHECK(plain("```\n\033[2J\n```") == "    \\x1b[2J\n");
  }

  TEST_CASE("markdown: a terminal without UTF-8 gets ASCII") {
    const Look ascii{.width = 20, .charset = Charset::ascii};
    CHECK(render_markdown("# A\n- b → c\n\n> d\n\n```\n└─ e\n```", ascii) ==
          "A\n-\n\n* b -> c\n\n| d\n\n    +- e\n");
  }
}

TEST_SUITE("unit") {
  TEST_CASE("markdown: nothing is wider than the screen but what is never broken") {
    const std::string text =
        "Read [the whole chapter of it](docs/reference.md) about `pivot_root(\".\", \".\")`,\n"
        "> then *look* at **/proc/self/mountinfo** again.\n\n"
        "| one | two |\n|--|--|\n| a long text that needs room | and another one of them |\n";
    for (const std::size_t width : {40UL, 60UL, 80UL}) {
      const std::string shown = plain(text, width);
      for (const std::string_view line : lines(shown)) CHECK(columns(line) <= width);
    }
  }

  TEST_CASE("markdown: each guide fits into eighty columns, its code too") {
    std::size_t guides = 0;
    for (const auto& lab : std::filesystem::directory_iterator(COOPERAGE_SOURCE "/labs")) {
      const std::filesystem::path guide = lab.path() / "README.md";
      if (!std::filesystem::exists(guide)) continue;
      ++guides;
      const std::string shown = plain(read_file(guide));
      for (const std::string_view line : lines(shown)) {
        CAPTURE(guide.string());
        CAPTURE(line);
        CHECK(columns(line) <= 80);
      }
    }
    CHECK(guides > 0);
  }
}

}  // namespace
}  // namespace toolkit::course
