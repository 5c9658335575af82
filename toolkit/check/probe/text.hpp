#pragma once

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <system_error>

namespace toolkit::probe {

/// The longest command, and the longest answer, in bytes.
inline constexpr std::size_t kLongestLine = 65536;

/// Text of a bounded length without the heap: what does not fit is cut.
class Text {
 public:
  Text& add(std::string_view text) noexcept {
    const std::size_t room = data_.size() - size_;
    const std::size_t length = text.size() < room ? text.size() : room;
    ::memcpy(data_.data() + size_, text.data(), length);
    size_ += length;
    return *this;
  }
  Text& add(unsigned long number, int base = 10) noexcept {
    std::array<char, 32> digits{};
    const char* end = std::to_chars(digits.begin(), digits.end(), number, base).ptr;
    return add({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  Text& add_pid(long pid) noexcept { return add(static_cast<unsigned long>(pid)); }
  /// "ENOENT".
  Text& add_errno(int number) noexcept {
    const char* name = ::strerrorname_np(number);
    return add(name != nullptr ? name : "EUNKNOWN");
  }
  /// "ok", or the name of errno as it stands.
  Text& add_result(long result) noexcept {
    const int number = errno;
    return result != -1 ? add("ok") : add_errno(number);
  }
  /// "!" and the name of errno, where an answer could be any text.
  Text& add_failure() noexcept {
    const int number = errno;
    return add("!").add_errno(number);
  }
  void clear() noexcept { size_ = 0; }
  [[nodiscard]] std::string_view view() const noexcept { return {data_.data(), size_}; }
  /// Ends it with a zero byte, for a call that takes a path.
  [[nodiscard]] const char* path() noexcept {
    data_[size_ < data_.size() ? size_ : size_ - 1] = '\0';
    return data_.data();
  }
  /// A newline inside would be the end of the line for who reads it: it becomes "\n" as C writes it.
  Text& add_one_line(std::string_view text) noexcept {
    for (const char& byte : text) byte == '\n' ? add("\\n") : add({&byte, 1});
    return *this;
  }

 private:
  std::array<char, kLongestLine> data_;
  std::size_t size_ = 0;
};

/// Takes the first word off a text and the blank behind it.
inline std::string_view take_word(std::string_view& text) noexcept {
  const std::size_t end = text.find(' ');
  if (end == std::string_view::npos) {
    const std::string_view word = text;
    text.remove_prefix(text.size());
    return word;
  }
  const std::string_view word(text.data(), end);
  text.remove_prefix(end + 1);
  return word;
}

/// A number of digits alone; -1 when it is none.
inline int parse_int(std::string_view text) noexcept {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && number >= 0;
  return whole ? number : -1;
}

}  // namespace toolkit::probe
