#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::course {

/// A run of text in one manner.
struct Piece {
  std::string text = {};
  bool strong = false;
  bool emphasised = false;
  bool code = false;
  bool link = false;
};

enum class BlockKind : std::uint8_t {
  document,
  heading,
  paragraph,
  code,
  quote,
  bullets,
  numbers,
  item,
  rule,
  table,
  row,
  cell,
  html,
};

enum class Align : std::uint8_t { left, centre, right };

/// A part of a Markdown text, with its parts.
struct Block {
  BlockKind kind = BlockKind::document;
  unsigned number = 0;           ///< level of a heading, first number of a list
  bool tight = false;            ///< a list without empty lines between its items
  Align align = Align::left;     ///< of a cell
  std::string language = {};     ///< of code: what stands behind the fence
  std::vector<Piece> text = {};  ///< of headings, paragraphs and cells
  std::string verbatim = {};     ///< of code and html
  std::vector<Block> blocks = {};
};

/// Parses CommonMark with GitHub's tables. A link is followed by its target, if that is not its text;
/// targets relative to the text's folder are told from the folder's own root. Pure.
Block parse_markdown(std::string_view markdown, const std::string& folder = {});

}  // namespace toolkit::course
