#include <charconv>

#include "toolkit/check/trace.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

/// Between fields; no field holds one, nor a newline.
constexpr char kSeparator = '\t';

std::string cleaned(std::string_view text) {
  std::string clean(text);
  for (char& byte : clean) {
    if (byte == kSeparator || byte == '\n') byte = ' ';
  }
  return clean;
}

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  return error == std::errc{} && end == last;
}

}  // namespace

std::string to_line(const TracedCall& call) {
  std::string line = std::to_string(call.pid);
  for (const std::string& field :
       {std::to_string(call.who), std::to_string(call.result), std::to_string(call.error),
        cleaned(call.name), cleaned(call.subject), cleaned(call.text)}) {
    line.append(1, kSeparator).append(field);
  }
  return line;
}

std::optional<TracedCall> from_line(std::string_view line) {
  constexpr std::size_t kFields = 7;
  const std::vector<std::string_view> fields = split(line, kSeparator);
  TracedCall call;
  if (fields.size() != kFields || !read_number(fields[0], call.pid) ||
      !read_number(fields[1], call.who) || !read_number(fields[2], call.result) ||
      !read_number(fields[3], call.error)) {
    return {};
  }
  call.name = fields[4];
  call.subject = fields[5];
  call.text = fields[6];
  return call;
}

}  // namespace toolkit::checks
