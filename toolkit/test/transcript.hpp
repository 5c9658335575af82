#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace toolkit::test {

/// A command that a text shows, and what the text says it prints.
struct ShownCommand {
  int line = 0;                       ///< where it stands
  std::string command = {};           ///< all of its lines
  std::vector<std::string> out = {};  ///< empty: the text shows none, so any will do
};

/// The commands in a text's fenced blocks: ```console has them after "$ ", with the output below;
/// in ```sh each line is one. A backslash at the end continues a command. Pure.
std::vector<ShownCommand> parse_transcripts(std::string_view markdown);

/// Does a text's output fit what was seen? "…" stands for anything in a line; a line of "…" alone
/// for any number of lines. Blanks at the end of a line do not count. Pure.
bool fits(const std::vector<std::string>& shown, std::string_view seen);

struct RanCommand {
  int status = -1;
  std::string out = {};  ///< stdout and stderr
};
/// Runs commands one after the other in one bash, as a reader would type them: what one does to the
/// shell, the next finds. Started in `directory`, with `path` before PATH. There are fewer results than
/// commands when one of them ends the shell.
std::vector<RanCommand> run_transcript(const std::vector<ShownCommand>& commands,
                                       const std::string& directory, const std::string& path);
/// The same in a program that reads commands from its stdin.
std::vector<RanCommand> run_transcript_in(const std::vector<std::string>& shell,
                                          const std::vector<ShownCommand>& commands);

}  // namespace toolkit::test
