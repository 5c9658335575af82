#include "toolkit/course/screen/styled.hpp"

#include <algorithm>

#include "toolkit/course/screen/characters.hpp"

namespace toolkit::course {
namespace {

/// What may not be torn apart, in its styles; the newline alone is a word of its own.
using Word = Line;

bool is_newline(const Word& word) { return word.size() == 1 && word.front().text == "\n"; }

/// Splits a line where it may be broken.
class Splitter {
 public:
  void add(const Span& span) {
    if (span.blanks == Blanks::kept) {
      word_.push_back(span);
      return;
    }
    std::string_view rest = span.text;
    while (!rest.empty()) {
      const std::size_t end = rest.find_first_of(" \n");
      if (end != 0) word_.push_back({std::string(rest.substr(0, end)), span.style});
      if (end == std::string_view::npos) return;
      end_word();
      if (rest[end] == '\n') words_.push_back({{"\n", {}}});
      rest.remove_prefix(end + 1);
    }
  }
  std::vector<Word> words() {
    end_word();
    return std::move(words_);
  }

 private:
  void end_word() {
    if (!word_.empty()) words_.push_back(std::move(word_));
    word_.clear();
  }

  std::vector<Word> words_;
  Word word_;
};

/// Takes from the front of a word what fits into a width.
Word cut_off(Word& word, std::size_t width) {
  Word front;
  while (!word.empty()) {
    Span& span = word.front();
    const std::size_t bytes = bytes_within(span.text, width);
    const std::size_t taken = columns(std::string_view(span.text).substr(0, bytes));
    if (taken > width && !front.empty()) break;
    front.push_back({span.text.substr(0, bytes), span.style, span.blanks});
    span.text.erase(0, bytes);
    width -= std::min(width, taken);
    if (span.text.empty()) word.erase(word.begin());
    if (width == 0) break;
  }
  return front;
}

void append(Line& line, Word word) {
  for (Span& span : word) {
    if (!line.empty() && line.back().style == span.style) {
      line.back().text += span.text;
    } else {
      line.push_back(std::move(span));
    }
  }
}

/// The blank between two words: in the style of both, where they have the same.
void append_blank(Line& line, const Word& next) {
  const Style before = line.back().style;
  append(line, {{" ", before == next.front().style ? before : Style{}}});
}

std::string codes(const Style& style) {
  std::string code;
  const auto add = [&code](const char* number) {
    code += code.empty() ? "" : ";";
    code += number;
  };
  if (style.bold) add("1");
  if (style.dim) add("2");
  if (style.underlined) add("4");
  switch (style.ink) {
    case Ink::red:
      add("31");
      break;
    case Ink::green:
      add("32");
      break;
    case Ink::yellow:
      add("33");
      break;
    case Ink::cyan:
      add("36");
      break;
    case Ink::none:
      break;
  }
  return code;
}

}  // namespace

std::size_t columns(const Line& line) {
  std::size_t width = 0;
  for (const Span& span : line) width += columns(std::string_view(span.text));
  return width;
}

std::vector<Line> wrap(const Line& line, std::size_t width, LongWords long_words) {
  Splitter splitter;
  for (const Span& span : line) splitter.add(span);
  std::vector<Line> wrapped(1);
  std::size_t used = 0;
  for (Word& word : splitter.words()) {
    if (is_newline(word)) {
      wrapped.emplace_back();
      used = 0;
      continue;
    }
    std::size_t wanted = columns(word);
    if (used > 0 && used + 1 + wanted > width) {
      wrapped.emplace_back();
      used = 0;
    }
    if (used > 0) {
      append_blank(wrapped.back(), word);
      ++used;
    }
    while (long_words == LongWords::cut && wanted > width) {
      append(wrapped.back(), cut_off(word, width));
      wrapped.emplace_back();
      wanted = columns(word);
    }
    append(wrapped.back(), std::move(word));
    used += wanted;
  }
  return wrapped;
}

std::vector<Line> prefixed(const std::vector<Line>& lines, const Span& first, const Span& others) {
  std::vector<Line> all;
  for (const Line& line : lines) {
    Line with{all.empty() ? first : others};
    with.insert(with.end(), line.begin(), line.end());
    all.push_back(std::move(with));
  }
  return all;
}

Line padded(Line line, std::size_t width) {
  const std::size_t used = columns(line);
  if (used < width) line.push_back({std::string(width - used, ' ')});
  return line;
}

std::string paint(const Line& line, Colour colour) {
  std::string text;
  for (const Span& span : line) {
    const std::string code = colour == Colour::yes ? codes(span.style) : "";
    text += code.empty() ? span.text : "\033[" + code + "m" + span.text + "\033[0m";
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

std::string paint(const std::vector<Line>& lines, Colour colour) {
  std::string text;
  for (const Line& line : lines) text += paint(line, colour);
  return text;
}

std::vector<Line> justified(const Line& left, const Line& right, std::size_t width) {
  constexpr std::size_t kGap = 2;
  const std::size_t wanted = columns(right);
  const std::size_t room = width > wanted ? width - wanted : 0;
  if (right.empty()) return {left};
  if (columns(left) + kGap > room) {
    Line below = padded({}, room);
    below.insert(below.end(), right.begin(), right.end());
    return {left, below};
  }
  Line line = padded(left, room);
  line.insert(line.end(), right.begin(), right.end());
  return {line};
}

}  // namespace toolkit::course
