#include "toolkit/course/blank.hpp"

#include <algorithm>
#include <cctype>

namespace toolkit::course {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Walks over the source; each step takes what begins where it stands.
class Blanker {
 public:
  explicit Blanker(std::string_view source) : source_(source), out_(source) {}

  std::string run() {
    while (at_ < source_.size()) {
      const std::string_view rest = source_.substr(at_);
      if (rest.starts_with("//")) {
        blank_to(source_.find('\n', at_));
      } else if (rest.starts_with("/*")) {
        blank_past("*/", 2);
      } else if (rest.starts_with("R\"") && !(at_ > 0 && is_word(source_[at_ - 1]))) {
        const std::size_t open = std::min(rest.find('('), rest.size());
        blank_past(")" + std::string(rest.substr(2, open - std::min<std::size_t>(open, 2))) + "\"",
                   open);
      } else if (rest.front() == '"' || (rest.front() == '\'' && !is_separator())) {
        blank_quoted(rest.front());
      } else {
        ++at_;
      }
    }
    return out_;
  }

 private:
  /// The mark in 1'000.
  [[nodiscard]] bool is_separator() const {
    return at_ > 0 && std::isxdigit(static_cast<unsigned char>(source_[at_ - 1])) != 0;
  }
  void blank_to(std::size_t end) {
    for (end = std::min(end, source_.size()); at_ < end; ++at_) {
      if (source_[at_] != '\n') out_[at_] = ' ';
    }
  }
  void blank_past(std::string_view closing, std::size_t opening_length) {
    const std::size_t end = source_.find(closing, at_ + opening_length);
    blank_to(end == std::string_view::npos ? end : end + closing.size());
  }
  void blank_quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote && source_[end] != '\n') {
      end += source_[end] == '\\' ? 2U : 1U;
    }
    blank_to(end + 1);
  }

  std::string_view source_;
  std::string out_;
  std::size_t at_ = 0;
};

}  // namespace

std::string blank_literals(std::string_view source) { return Blanker(source).run(); }

}  // namespace toolkit::course
