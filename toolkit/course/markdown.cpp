// From bytes to blocks, by way of md4c.
#include <md4c.h>

#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "toolkit/course/markdown/document.hpp"

namespace toolkit::course {
namespace {

std::string text_of(const MD_ATTRIBUTE& attribute) {
  return attribute.text == nullptr ? "" : std::string(attribute.text, attribute.size);
}

/// The few entities that people write; another stays as it is.
std::string decode_entity(std::string_view entity) {
  using Pair = std::pair<std::string_view, std::string_view>;
  constexpr std::array kKnown = {Pair{"&amp;", "&"},       Pair{"&lt;", "<"},
                                 Pair{"&gt;", ">"},        Pair{"&quot;", "\""},
                                 Pair{"&nbsp;", "\u00a0"}, Pair{"&#39;", "'"}};
  for (const auto& [name, text] : kKnown) {
    if (name == entity) return std::string(text);
  }
  return std::string(entity);
}

/// Where a link leads, as one would find it from the root of the clone.
std::string resolve(const std::string& target, const std::string& folder) {
  const bool elsewhere = target.find(':') != std::string::npos || target.starts_with('/');
  if (elsewhere || target.starts_with('#') || folder.empty()) return target;
  return (std::filesystem::path(folder) / target).lexically_normal().string();
}

/// Receives what md4c finds and makes a tree of it. The blocks that are open are a path in the tree.
class Builder {
 public:
  explicit Builder(const std::string& folder) : folder_(folder) {}

  void enter(MD_BLOCKTYPE type, const void* detail) {
    switch (type) {
      case MD_BLOCK_DOC:
      case MD_BLOCK_THEAD:
      case MD_BLOCK_TBODY:
        return;  // the document is open from the start; a table's rows are its own
      default:
        end_loose_text();
        open_.push_back(block_of(type, detail));
    }
  }

  void leave(MD_BLOCKTYPE type) {
    if (type == MD_BLOCK_DOC || type == MD_BLOCK_THEAD || type == MD_BLOCK_TBODY) return;
    end_loose_text();
    close();
  }

  void enter(MD_SPANTYPE type) { mark(type, true); }

  void leave(MD_SPANTYPE type, const void* detail) {
    mark(type, false);
    if (type == MD_SPAN_A) add_target(text_of(static_cast<const MD_SPAN_A_DETAIL*>(detail)->href));
    link_text_ = type == MD_SPAN_A ? "" : link_text_;
  }

  void text(MD_TEXTTYPE type, std::string_view text) {
    Block& block = open_.back();
    if (block.kind == BlockKind::code || block.kind == BlockKind::html) {
      block.verbatim += text;
      return;
    }
    if (type == MD_TEXT_HTML) {
      if (text.starts_with("<br")) add("\n");
    } else if (type == MD_TEXT_BR) {
      add("\n");
    } else if (type == MD_TEXT_SOFTBR) {
      add(" ");
    } else if (type == MD_TEXT_ENTITY) {
      add(decode_entity(text));
    } else if (type == MD_TEXT_NULLCHAR) {
      add("\ufffd");
    } else {
      add(text);
    }
  }

  Block document() { return std::move(open_.front()); }

 private:
  static Block block_of(MD_BLOCKTYPE type, const void* detail) {
    switch (type) {
      case MD_BLOCK_QUOTE:
        return {.kind = BlockKind::quote};
      case MD_BLOCK_UL:
        return {.kind = BlockKind::bullets,
                .tight = static_cast<const MD_BLOCK_UL_DETAIL*>(detail)->is_tight != 0};
      case MD_BLOCK_OL: {
        const auto* list = static_cast<const MD_BLOCK_OL_DETAIL*>(detail);
        return {.kind = BlockKind::numbers, .number = list->start, .tight = list->is_tight != 0};
      }
      case MD_BLOCK_LI:
        return {.kind = BlockKind::item};
      case MD_BLOCK_HR:
        return {.kind = BlockKind::rule};
      case MD_BLOCK_H:
        return {.kind = BlockKind::heading,
                .number = static_cast<const MD_BLOCK_H_DETAIL*>(detail)->level};
      case MD_BLOCK_CODE:
        return {.kind = BlockKind::code,
                .language = text_of(static_cast<const MD_BLOCK_CODE_DETAIL*>(detail)->lang)};
      case MD_BLOCK_HTML:
        return {.kind = BlockKind::html};
      case MD_BLOCK_TABLE:
        return {.kind = BlockKind::table};
      case MD_BLOCK_TR:
        return {.kind = BlockKind::row};
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        return {.kind = BlockKind::cell,
                .align = align_of(static_cast<const MD_BLOCK_TD_DETAIL*>(detail)->align)};
      default:
        return {.kind = BlockKind::paragraph};
    }
  }

  static Align align_of(MD_ALIGN align) {
    if (align == MD_ALIGN_RIGHT) return Align::right;
    return align == MD_ALIGN_CENTER ? Align::centre : Align::left;
  }

  void mark(MD_SPANTYPE type, bool on) {
    if (type == MD_SPAN_EM) manner_.emphasised = on;
    if (type == MD_SPAN_STRONG) manner_.strong = on;
    if (type == MD_SPAN_CODE) manner_.code = on;
    if (type == MD_SPAN_A) manner_.link = on;
  }

  /// The text of an item in a tight list comes without a paragraph around it.
  void add(std::string_view text) {
    if (open_.back().kind == BlockKind::item) {
      open_.push_back({.kind = BlockKind::paragraph});
      loose_text_ = true;
    }
    if (manner_.link) link_text_ += text;
    std::vector<Piece>& pieces = open_.back().text;
    const bool same = !pieces.empty() && pieces.back().strong == manner_.strong &&
                      pieces.back().emphasised == manner_.emphasised &&
                      pieces.back().code == manner_.code && pieces.back().link == manner_.link;
    if (!same) pieces.push_back(manner_);
    pieces.back().text += text;
  }

  void add_target(const std::string& target) {
    const std::string shown = resolve(target, folder_);
    const bool told = shown.starts_with('#') || link_text_ == target || link_text_ == shown ||
                      "mailto:" + link_text_ == target;
    if (!told) add(" (" + shown + ")");
  }

  /// The paragraph that add() opened ends with its item, or where a block in that begins.
  void end_loose_text() {
    if (loose_text_) close();
    loose_text_ = false;
  }

  void close() {
    Block block = std::move(open_.back());
    open_.pop_back();
    open_.back().blocks.push_back(std::move(block));
  }

  std::string folder_;
  std::vector<Block> open_{Block{}};
  Piece manner_;
  std::string link_text_;
  bool loose_text_ = false;
};

Builder& builder(void* data) { return *static_cast<Builder*>(data); }

}  // namespace

Block parse_markdown(std::string_view markdown, const std::string& folder) {
  Builder build(folder);
  MD_PARSER parser{};
  parser.flags = MD_FLAG_TABLES | MD_FLAG_PERMISSIVEURLAUTOLINKS;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* data) {
    builder(data).enter(type, detail);
    return 0;
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void* /*detail*/, void* data) {
    builder(data).leave(type);
    return 0;
  };
  parser.enter_span = [](MD_SPANTYPE type, void* /*detail*/, void* data) {
    builder(data).enter(type);
    return 0;
  };
  parser.leave_span = [](MD_SPANTYPE type, void* detail, void* data) {
    builder(data).leave(type, detail);
    return 0;
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* data) {
    builder(data).text(type, {text, size});
    return 0;
  };
  const int result =
      ::md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, &build);
  if (result != 0) throw std::runtime_error("md4c could not parse a text");
  return build.document();
}
}  // namespace toolkit::course
