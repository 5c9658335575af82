#include "toolkit/course/screen/characters.hpp"

#include <locale.h>
#include <wchar.h>

#include <array>
#include <utility>

namespace toolkit::course {
namespace {

/// libc reads UTF-8 in this scope, whatever the program's locale is. See uselocale(3).
class Utf8Scope {
 public:
  Utf8Scope() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (utf8_ != nullptr) before_ = ::uselocale(utf8_);
  }
  ~Utf8Scope() {
    if (utf8_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(utf8_);
  }
  Utf8Scope(const Utf8Scope&) = delete;
  Utf8Scope& operator=(const Utf8Scope&) = delete;

 private:
  locale_t utf8_;
  locale_t before_ = nullptr;
};

struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
  wchar_t code = 0;
  bool valid = false;
};

/// The first character of a text that is not empty. Needs a Utf8Scope around it.
Character first_of(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte < 0x80) return {.code = byte, .valid = true};
  mbstate_t state{};
  wchar_t code = 0;
  const std::size_t length = ::mbrtowc(&code, text.data(), text.size(), &state);
  if (length == 0 || length > text.size()) return {};
  const int width = ::wcwidth(code);
  return {.bytes = length,
          .columns = width < 0 ? std::size_t{1} : static_cast<std::size_t>(width),
          .code = code,
          .valid = true};
}

/// Does a terminal do something else with it than print it?
bool is_obeyed(wchar_t code) {
  const auto within = [code](wchar_t first, wchar_t last) { return code >= first && code <= last; };
  return code < 0x20 || within(0x7f, 0x9f) || within(0x200e, 0x200f) || within(0x2028, 0x202e) ||
         within(0x2066, 0x2069);
}

void append_hex(std::string& text, std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.append("\\x").push_back(kHex[byte >> 4U]);
    text.push_back(kHex[byte & 0xfU]);
  }
}

constexpr std::array kAscii = std::to_array<std::pair<wchar_t, std::string_view>>(
    {{L'\u00a0', " "}, {L'·', "."},  {L'×', "x"},  {L'µ', "u"},   {L'–', "-"},  {L'—', "--"},
     {L'‘', "'"},      {L'’', "'"},  {L'“', "\""}, {L'”', "\""},  {L'„', "\""}, {L'•', "*"},
     {L'…', "..."},    {L'→', "->"}, {L'←', "<-"}, {L'↔', "<->"}, {L'⇒', "=>"}, {L'≠', "!="},
     {L'≤', "<="},     {L'≥', ">="}, {L'≪', "<<"}, {L'↑', "^"},   {L'↓', "v"},  {L'▲', "^"},
     {L'▼', "v"},      {L'▶', ">"},  {L'◀', "<"},  {L'✓', "+"},   {L'✗', "x"},  {L'≈', "~"},
     {L'›', ">"},      {L'‹', "<"}});

std::string_view ascii_of(wchar_t code) {
  for (const auto& [letter, ascii] : kAscii) {
    if (letter == code) return ascii;
  }
  if (code < 0x2500 || code > 0x257f) return "?";
  if (code == L'─' || code == L'━' || code == L'═') return "-";
  if (code == L'│' || code == L'┃' || code == L'║') return "|";
  return "+";
}

}  // namespace

std::size_t columns(std::string_view text) {
  const Utf8Scope utf8;
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = first_of(text);
    width += character.columns;
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::size_t bytes_within(std::string_view text, std::size_t width) {
  const Utf8Scope utf8;
  std::size_t bytes = 0;
  std::size_t used = 0;
  while (bytes < text.size()) {
    const Character character = first_of(text.substr(bytes));
    if (bytes > 0 && used + character.columns > width) break;
    used += character.columns;
    bytes += character.bytes;
  }
  return bytes;
}

std::string harmless(std::string_view text) {
  const Utf8Scope utf8;
  std::string shown;
  while (!text.empty()) {
    const Character character = first_of(text);
    const std::string_view bytes = text.substr(0, character.bytes);
    if (character.valid && !is_obeyed(character.code)) {
      shown.append(bytes);
    } else {
      append_hex(shown, bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return shown;
}

std::string to_ascii(std::string_view text) {
  const Utf8Scope utf8;
  std::string ascii;
  while (!text.empty()) {
    const Character character = first_of(text);
    if (character.valid && character.code < 0x80) {
      ascii.push_back(text.front());
    } else {
      ascii.append(character.valid ? ascii_of(character.code) : "?");
    }
    text.remove_prefix(character.bytes);
  }
  return ascii;
}

}  // namespace toolkit::course
