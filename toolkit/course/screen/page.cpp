#include "toolkit/course/screen/page.hpp"

#include <algorithm>

#include "toolkit/course/screen/characters.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

constexpr std::size_t kMargin = 2;
constexpr std::size_t kLabel = 10;

std::string blanks(std::size_t count) { return std::string(count, ' '); }

}  // namespace

std::string Page::shown(std::string_view text) const {
  const std::string safe = harmless(text);
  return look_.charset == Charset::ascii ? to_ascii(safe) : safe;
}

Span Page::span(std::string_view text, const Style& style) const { return {shown(text), style}; }

void Page::empty_line() { lines_.emplace_back(); }

void Page::add(const Line& line) { lines_.push_back(line); }

void Page::add(const std::vector<Line>& lines) {
  lines_.insert(lines_.end(), lines.begin(), lines.end());
}

void Page::paragraph(std::string_view text, std::size_t indent, const Style& style) {
  const Span before{blanks(indent)};
  for (const std::string_view line : lines(text)) {
    add(prefixed(wrap({span(line, style)}, look_.width - std::min(indent, look_.width / 2)), before,
                 before));
  }
}

void Page::verbatim(std::string_view text, std::size_t indent) {
  for (const std::string_view line : lines(text)) add({{blanks(indent)}, span(line)});
}

std::size_t Page::width_of_field() const { return look_.width - kMargin - kLabel; }

void Page::field(const Span& label, std::string_view text) {
  std::vector<Line> wrapped;
  for (const std::string_view line : lines(text)) {
    // What is set in is a table.
    const std::vector<Line> parts = line.starts_with("  ") ? std::vector<Line>{{span(line)}}
                                                           : wrap({span(line)}, width_of_field());
    wrapped.insert(wrapped.end(), parts.begin(), parts.end());
  }
  field(label, wrapped);
}

void Page::field(const Span& label, const std::vector<Line>& text) {
  Line before = padded({{blanks(kMargin)}, label}, kMargin + kLabel);
  for (const Line& line : text) {
    before.insert(before.end(), line.begin(), line.end());
    add(before);
    before = {{blanks(kMargin + kLabel)}};
  }
}

void Page::command(const Span& label, std::string_view text) {
  if (text.empty()) return;
  Line line = padded({{blanks(kMargin)}, label}, kMargin + kLabel);
  line.push_back(span(text));
  add(line);
}

std::string Page::text() const { return paint(lines_, look_.colour); }

}  // namespace toolkit::course
