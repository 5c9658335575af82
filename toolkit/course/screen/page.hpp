#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "toolkit/course/screen/look.hpp"
#include "toolkit/course/screen/styled.hpp"

namespace toolkit::course {

/// Lines that are written one below the other for one look. What others wrote is made harmless.
class Page {
 public:
  explicit Page(const Look& look) : look_(look) {}

  [[nodiscard]] std::size_t width() const { return look_.width; }
  /// The columns beside a label.
  [[nodiscard]] std::size_t width_of_field() const;
  /// A text as it may be shown here: harmless, in the letters that the terminal has.
  [[nodiscard]] std::string shown(std::string_view text) const;
  [[nodiscard]] Span span(std::string_view text, const Style& style = {}) const;

  void empty_line();
  void add(const Line& line);
  void add(const std::vector<Line>& lines);
  /// Wrapped, each line set in.
  void paragraph(std::string_view text, std::size_t indent, const Style& style = {});
  /// As it stands, line by line, however wide.
  void verbatim(std::string_view text, std::size_t indent);
  /// A label in a column of its own, the text wrapped beside it, but for lines that begin with two
  /// blanks; nothing when the text is empty.
  void field(const Span& label, std::string_view text);
  void field(const Span& label, const std::vector<Line>& text);
  /// The same for a command: it is there to be copied, so it is not broken.
  void command(const Span& label, std::string_view text);

  [[nodiscard]] std::string text() const;

 private:
  Look look_;
  std::vector<Line> lines_;
};

}  // namespace toolkit::course
