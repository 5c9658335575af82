#include "toolkit/test/transcript.hpp"

#include "toolkit/kernel/text.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {
namespace {

constexpr std::string_view kAnything = "…";

bool line_fits(std::string_view shown, std::string_view seen) {
  std::size_t at = 0;
  const std::size_t gap = shown.find(kAnything);
  if (gap == std::string_view::npos) return shown == seen;
  if (!seen.starts_with(shown.substr(0, gap))) return false;
  at = gap;
  shown.remove_prefix(gap + kAnything.size());
  while (true) {
    const std::size_t next = shown.find(kAnything);
    if (next == std::string_view::npos) return seen.substr(at).ends_with(shown);
    const std::size_t found = seen.find(shown.substr(0, next), at);
    if (found == std::string_view::npos) return false;
    at = found + next;
    shown.remove_prefix(next + kAnything.size());
  }
}

std::string_view without_end(std::string_view line) {
  const std::size_t last = line.find_last_not_of(" \t\r");
  return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

using Views = std::vector<std::string_view>;

bool lines_fit(const std::vector<std::string>& shown, std::size_t i, const Views& seen,
               std::size_t j) {
  for (; i < shown.size(); ++i, ++j) {
    if (trim(shown[i]) == kAnything) {
      for (; j <= seen.size(); ++j) {
        if (lines_fit(shown, i + 1, seen, j)) return true;
      }
      return false;
    }
    if (j == seen.size() || !line_fits(without_end(shown[i]), without_end(seen[j]))) return false;
  }
  return j == seen.size();
}

/// Told after each command, with its status.
constexpr std::string_view kMark = "\x1fstatus ";

std::string script_of(const std::vector<ShownCommand>& commands) {
  std::string script = "exec 2>&1\n";
  for (const ShownCommand& each : commands) {
    script += each.command + "\nprintf '" + std::string(kMark) + "%s\\n' $?\n";
  }
  return script;
}

std::vector<RanCommand> read_marks(std::string_view rest) {
  std::vector<RanCommand> ran;
  for (std::size_t mark = rest.find(kMark); mark != std::string_view::npos;
       mark = rest.find(kMark)) {
    const std::size_t end = rest.find('\n', mark);
    const std::string status(rest.substr(mark + kMark.size(), end - mark - kMark.size()));
    ran.push_back({.status = std::stoi(status), .out = std::string(rest.substr(0, mark))});
    rest.remove_prefix(end + 1);
  }
  return ran;
}

}  // namespace

std::vector<ShownCommand> parse_transcripts(std::string_view markdown) {
  enum class Block { none, console, script, other } block = Block::none;
  std::vector<ShownCommand> commands;
  bool continued = false;
  int number = 0;
  for (const std::string_view line : lines(markdown)) {
    ++number;
    if (line.starts_with("```")) {
      const std::string_view kind = trim(line.substr(3));
      if (block != Block::none) {
        block = Block::none;
      } else if (kind == "console" || kind == "sh") {
        block = kind == "sh" ? Block::script : Block::console;
      } else {
        block = Block::other;
      }
      continued = false;
      continue;
    }
    if (block == Block::none || block == Block::other) continue;
    const bool starts = block == Block::console ? line.starts_with("$ ") : !trim(line).empty();
    if (continued) {
      commands.back().command.append("\n").append(line);
    } else if (starts) {
      const std::string_view text = block == Block::console ? line.substr(2) : line;
      commands.push_back({.line = number, .command = std::string(text)});
    } else if (block == Block::console && !commands.empty()) {
      commands.back().out.emplace_back(line);
    }
    continued = (continued || starts) && line.ends_with('\\');
  }
  return commands;
}

bool fits(const std::vector<std::string>& shown, std::string_view seen) {
  return lines_fit(shown, 0, lines(seen), 0);
}

std::vector<RanCommand> run_transcript(const std::vector<ShownCommand>& commands,
                                       const std::string& directory, const std::string& path) {
  const TempDir scratch;
  const std::string setting =
      "cd " + shell_quote(directory) + "\nPATH=" + shell_quote(path) + ":$PATH\n";
  return read_marks(run({"bash", scratch.file("script", setting + script_of(commands))}).out);
}

std::vector<RanCommand> run_transcript_in(const std::vector<std::string>& shell,
                                          const std::vector<ShownCommand>& commands) {
  return read_marks(run(shell, script_of(commands)).out);
}

}  // namespace toolkit::test
