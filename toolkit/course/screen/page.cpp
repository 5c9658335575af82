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

void Page::field(const Span& label, std::string_view text) {
  const Span others{blanks(kMargin + kLabel)};
  Line first = padded({{blanks(kMargin)}, label}, kMargin + kLabel);
  for (const std::string_view line : lines(text)) {
    for (const Line& part : wrap({span(line)}, look_.width - kMargin - kLabel)) {
      first.insert(first.end(), part.begin(), part.end());
      add(first);
      first = {others};
    }
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
