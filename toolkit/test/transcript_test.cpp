#include "toolkit/test/transcript.hpp"

#include <array>
#include <filesystem>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/test.hpp"

using toolkit::test::fits;
using toolkit::test::parse_transcripts;
using toolkit::test::RanCommand;
using toolkit::test::run_transcript;
using toolkit::test::ShownCommand;

namespace {

/// Every text whose commands are promises.
constexpr std::array<const char*, 5> kTexts = {"README.md", "bench/README.md", "docs/README.md",
                                               "solutions/README.md", "toolkit/README.md"};

enum class Which { lab, others };

/// Runs the commands of one text and holds what they print against what the text shows.
void check_text(const std::string& name, Which which) {
  const std::string tree = COOPERAGE_SOURCE;
  std::vector<ShownCommand> commands;
  for (const ShownCommand& each : parse_transcripts(toolkit::read_file(tree + "/" + name))) {
    const bool is_lab = each.command.starts_with("./lab");
    if (each.command.starts_with("./lab test")) continue;  // it is what runs this
    if (is_lab == (which == Which::lab)) commands.push_back(each);
  }
  const std::vector<RanCommand> ran = run_transcript(commands, tree, toolkit::test::built("bin"));
  for (std::size_t i = 0; i < commands.size(); ++i) {
    CAPTURE(name);
    CAPTURE(commands[i].line);
    CAPTURE(commands[i].command);
    REQUIRE(i < ran.size());
    CAPTURE(ran[i].out);
    CHECK(ran[i].status == 0);
    if (!commands[i].out.empty()) CHECK(fits(commands[i].out, ran[i].out));
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("transcript: commands stand in console and sh blocks alone") {
    const auto found = parse_transcripts(
        "$ not this\n```console\n$ one\nout\n\nput\n$ two\n```\n```sh\nthree\n```\n```text\n$ "
        "no\n```\n");
    REQUIRE(found.size() == 3);
    CHECK(found[0].command == "one");
    CHECK(found[0].line == 3);
    CHECK(found[0].out == std::vector<std::string>{"out", "", "put"});
    CHECK(found[1].out.empty());
    CHECK(found[2].command == "three");
  }

  TEST_CASE("transcript: a backslash continues a command") {
    const auto found = parse_transcripts("```console\n$ a \\\n    b\nout\n```\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0].command == "a \\\n    b");
    CHECK(found[0].out == std::vector<std::string>{"out"});
  }

  TEST_CASE("transcript: an ellipsis in a line stands for any text") {
    CHECK(fits({"pid … of …"}, "pid 17 of 4\n"));
    CHECK(fits({"a…"}, "a\n"));
    CHECK_FALSE(fits({"pid … of 4"}, "pid 17 of 5\n"));
    CHECK_FALSE(fits({"pid …"}, "PID 17\n"));
    CHECK_FALSE(fits({"aa…aa"}, "aaa\n"));
  }

  TEST_CASE("transcript: an ellipsis alone stands for any number of lines") {
    CHECK(fits({"a", "…", "z"}, "a\nz\n"));
    CHECK(fits({"a", "…", "z"}, "a\nb\nz\nc\nz\n"));
    CHECK_FALSE(fits({"a", "…", "z"}, "a\nb\n"));
  }

  TEST_CASE("transcript: without an ellipsis every line must be there and no other") {
    CHECK(fits({"a ", "b"}, "a\nb  \n"));
    CHECK_FALSE(fits({"a"}, "a\nb\n"));
    CHECK_FALSE(fits({"a", "b"}, "a\n"));
  }

  TEST_CASE("transcript: a shell keeps what the command before did to it") {
    const toolkit::test::TempDir home;
    const std::vector<ShownCommand> commands{
        {.command = "cd /"}, {.command = "pwd; false"}, {.command = "echo wrong >&2"}};
    const auto ran = run_transcript(commands, home.path(), "/nowhere");
    REQUIRE(ran.size() == 3);
    CHECK(ran[1].out == "/\n");
    CHECK(ran[1].status == 1);
    CHECK(ran[2].out == "wrong\n");
  }
}

TEST_SUITE("tool") {
  TEST_CASE("texts: the commands do what the text shows [userns]") {
    SKIP_UNLESS(toolkit::test::is_root() || toolkit::test::has_user_namespaces(),
                "neither root nor user namespaces");
    for (const std::string name : kTexts) check_text(name, Which::others);
  }

  TEST_CASE("texts: the commands of ./lab do what the text shows [userns]") {
    SKIP_UNLESS(std::filesystem::exists(toolkit::test::built("configured-for")),
                "./lab builds in another place than this build");
    SKIP_UNLESS(toolkit::test::is_root() || toolkit::test::has_user_namespaces(),
                "neither root nor user namespaces");
    for (const std::string name : kTexts) check_text(name, Which::lab);
  }
}
