// Each guide's commands, run in `lab shell` as its readers run them, one test a guide.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "toolkit/course/play/test_user.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"
#include "toolkit/test/transcript.hpp"

namespace toolkit::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> guides() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(COOPERAGE_SOURCE "/labs")) {
    if (fs::exists(entry.path() / "README.md")) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// `./lab …` is for the reader's own terminal.
std::vector<ShownCommand> commands_of(const std::string& lab) {
  std::vector<ShownCommand> commands =
      parse_transcripts(read_file(COOPERAGE_SOURCE "/labs/" + lab + "/README.md"));
  const auto for_host = [](const ShownCommand& each) { return each.command.starts_with("./lab"); };
  commands.erase(std::remove_if(commands.begin(), commands.end(), for_host), commands.end());
  return commands;
}

/// "labs/04-uts/README.md:30", the first place where a guide shows what is not so; empty: nowhere.
std::string first_difference(const std::string& lab, User user) {
  const std::vector<ShownCommand> commands = commands_of(lab);
  const std::vector<RanCommand> ran =
      run_transcript_in(as(user, {built("bin/lab"), "shell"}), commands);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const ShownCommand& shown = commands[i];
    const std::string place = "labs/" + lab + "/README.md:" + std::to_string(shown.line) + ": " +
                              shown.command + "\nthe guide shows:\n";
    std::string text;
    for (const std::string& line : shown.out) text += line + "\n";
    if (i >= ran.size()) return place + text + "the shell ended before it or in it\n";
    if (shown.out.empty() || fits(shown.out, ran[i].out)) continue;
    text += "it prints:\n";
    for (const std::string_view line : lines(ran[i].out)) text += printable(line) + "\n";
    return place + text;
  }
  return {};
}

void check_guides(User user) {
  for (const std::string& lab : guides()) {
    CAPTURE(lab);
    const std::string difference = first_difference(lab, user);
    CHECK_MESSAGE(difference.empty(), difference);
  }
}

TEST_SUITE("tool") {
  TEST_CASE("guides' commands print what the guides show") {
    NEEDS_USER_NAMESPACES();
    check_guides(User::caller);
  }

  TEST_CASE("guides' commands print it for a normal user too [root]") {
    SKIP_UNLESS(is_root(), "becoming another user needs root");
    check_guides(User::nobody);
  }
}

}  // namespace
}  // namespace toolkit::test
