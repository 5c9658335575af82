// From blocks to lines.
#include <algorithm>

#include "toolkit/course/markdown.hpp"
#include "toolkit/course/markdown/document.hpp"
#include "toolkit/course/markdown/table.hpp"
#include "toolkit/course/screen/characters.hpp"
#include "toolkit/course/screen/styled.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

class Layout {
 public:
  explicit Layout(const Look& look) : look_(look) {}

  /// Blocks below each other, an empty line between them.
  [[nodiscard]] std::vector<Line> of(const std::vector<Block>& blocks, std::size_t width,
                                     bool tight = false) const {
    std::vector<Line> lines;
    for (const Block& block : blocks) {
      const std::vector<Line> next = of(block, width);
      if (next.empty()) continue;
      if (!lines.empty() && !tight) lines.emplace_back();
      lines.insert(lines.end(), next.begin(), next.end());
    }
    return lines;
  }

 private:
  [[nodiscard]] std::vector<Line> of(const Block& block, std::size_t width) const {
    switch (block.kind) {
      case BlockKind::heading:
        return heading(block, width);
      case BlockKind::paragraph:
        return wrap(spans(block.text), width);
      case BlockKind::code:
        return code(block, width);
      case BlockKind::quote:
        return quote(block, width);
      case BlockKind::bullets:
      case BlockKind::numbers:
        return list(block, width);
      case BlockKind::rule:
        return {{{repeated("─", width), {.dim = true}}}};
      case BlockKind::table:
        return table(block, width);
      case BlockKind::html:
        return html(block);
      default:
        return of(block.blocks, width);
    }
  }

  /// What may be shown here, in the letters that the terminal has. Newlines are the caller's.
  [[nodiscard]] std::string shown(std::string_view text) const {
    const std::string safe = harmless(text);
    return look_.charset == Charset::ascii ? to_ascii(safe) : safe;
  }

  [[nodiscard]] std::string repeated(std::string_view sign, std::size_t count) const {
    const std::string one = shown(sign);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += one;
    return text;
  }

  [[nodiscard]] Span span(const Piece& piece, const Style& base) const {
    // Code is there to be copied: it is not torn apart where it fits into a line.
    const std::size_t unbroken = look_.width * 3 / 4;
    Style style = base;
    style.bold = style.bold || piece.strong;
    style.underlined = piece.emphasised || piece.link;
    std::string text;
    for (const std::string_view line : split(piece.text, '\n')) {
      if (!text.empty()) text += '\n';
      text += shown(line);
    }
    if (!piece.code) return {text, style};
    style.ink = Ink::cyan;
    if (look_.colour == Colour::no) text = '`' + text + '`';
    const bool is_short = columns(std::string_view(text)) <= unbroken;
    return {text, style, is_short ? Blanks::kept : Blanks::breakable};
  }

  [[nodiscard]] Line spans(const std::vector<Piece>& pieces, const Style& base = {}) const {
    Line line;
    for (const Piece& piece : pieces) line.push_back(span(piece, base));
    return line;
  }

  /// Bold; the two highest levels get a line below, so that they are seen without colour too.
  [[nodiscard]] std::vector<Line> heading(const Block& block, std::size_t width) const {
    std::vector<Line> lines = wrap(spans(block.text, {.bold = true}), width);
    std::size_t widest = 0;
    for (const Line& line : lines) widest = std::max(widest, columns(line));
    if (block.number == 1) lines.push_back({{repeated("═", widest), {.bold = true}}});
    if (block.number == 2) lines.push_back({{repeated("─", widest), {.dim = true}}});
    return lines;
  }

  /// Never wrapped; what is typed at a prompt stands out.
  [[nodiscard]] std::vector<Line> code(const Block& block, std::size_t width) const {
    constexpr std::size_t kIndent = 4;
    const bool transcript = block.language == "console";
    std::vector<Line> lines;
    std::size_t widest = 0;
    for (const std::string_view line : toolkit::lines(block.verbatim)) {
      const bool typed = transcript && line.starts_with("$ ");
      lines.push_back({{shown(line), {.bold = typed}}});
      widest = std::max(widest, columns(lines.back()));
    }
    const std::size_t indent = std::min(kIndent, width > widest ? width - widest : 0);
    const Span before{std::string(indent, ' ')};
    return prefixed(lines, before, before);
  }

  [[nodiscard]] std::vector<Line> quote(const Block& block, std::size_t width) const {
    const Span bar{shown("│ "), {.dim = true}};
    return prefixed(of(block.blocks, narrower(width, 2)), bar, bar);
  }

  [[nodiscard]] std::vector<Line> list(const Block& block, std::size_t width) const {
    std::vector<Line> lines;
    unsigned number = block.number;
    const bool numbered = block.kind == BlockKind::numbers;
    const std::size_t last = number + block.blocks.size();
    const std::size_t room = numbered ? std::to_string(last - 1).size() + 2 : 2;
    for (const Block& item : block.blocks) {
      std::string sign = numbered ? std::to_string(number++) + '.' : shown("•");
      sign = std::string(room - 1 - columns(std::string_view(sign)), ' ') + sign + ' ';
      std::vector<Line> text = of(item.blocks, narrower(width, room), block.tight);
      if (text.empty()) text.emplace_back();
      if (!lines.empty() && !block.tight) lines.emplace_back();
      const std::vector<Line> whole = prefixed(text, {sign}, {std::string(room, ' ')});
      lines.insert(lines.end(), whole.begin(), whole.end());
    }
    return lines;
  }

  [[nodiscard]] std::vector<Line> table(const Block& block, std::size_t width) const {
    std::vector<std::vector<TableCell>> rows;
    for (const Block& row : block.blocks) {
      std::vector<TableCell> cells;
      const Style style{.bold = rows.empty()};
      for (const Block& cell : row.blocks) {
        cells.push_back({.text = spans(cell.text, style), .align = cell.align});
      }
      rows.push_back(std::move(cells));
    }
    return lay_out_table(rows, width, shown("─"));
  }

  /// Comments are for those who write the text.
  [[nodiscard]] std::vector<Line> html(const Block& block) const {
    std::vector<Line> lines;
    if (block.verbatim.starts_with("<!--")) return lines;
    for (const std::string_view line : toolkit::lines(block.verbatim)) {
      lines.push_back({{shown(line)}});
    }
    return lines;
  }

  static std::size_t narrower(std::size_t width, std::size_t by) {
    constexpr std::size_t kNarrowest = 10;
    return width > by + kNarrowest ? width - by : kNarrowest;
  }

  Look look_;
};

}  // namespace

std::string render_markdown(std::string_view markdown, const Look& look,
                            const std::string& folder) {
  const Block document = parse_markdown(markdown, folder);
  return paint(Layout(look).of(document.blocks, look.width), look.colour);
}

std::vector<Line> lay_out_markdown(std::string_view markdown, const Look& look) {
  return Layout(look).of(parse_markdown(markdown).blocks, look.width);
}

}  // namespace toolkit::course
