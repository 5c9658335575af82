#include "toolkit/cooper/test_strace_line.hpp"

#include <algorithm>

#include "toolkit/kernel/text.hpp"

namespace toolkit::test {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

std::vector<TracedLine> parse_trace(std::string_view trace) {
  std::vector<TracedLine> found;
  for (const std::string_view text : lines(trace)) {
    const std::size_t open = text.find('(');
    const std::size_t equals = text.rfind(" = ");
    if (open == text.npos || equals == text.npos || text.starts_with("---")) continue;
    const std::size_t close = text.rfind(')', equals);
    found.push_back({.name = std::string(text.substr(0, open)),
                     .arguments = std::string(text.substr(open + 1, close - open - 1)),
                     .result = std::string(text.substr(equals + 3))});
  }
  return found;
}

std::vector<std::string> numbers_in(const std::string& arguments) {
  const std::size_t begin = arguments.rfind('[') + 1;
  std::vector<std::string> found;
  for (const std::string_view field :
       split(std::string_view(arguments).substr(begin, arguments.find(']', begin) - begin), ',')) {
    found.emplace_back(trim(field));
  }
  return found;
}

void TracedNames::set(const std::string& number, const std::string& name) {
  if (is_number(number)) names_[number] = '<' + name + '>';
}

std::string TracedNames::in(const std::string& arguments) const {
  const std::size_t end = std::min(arguments.find(','), arguments.size());
  const auto first = names_.find(arguments.substr(0, end));
  std::string text = first == names_.end() ? arguments : first->second + arguments.substr(end);
  // The third argument of move_mount(2) is one, too, and a field of mount_setattr(2).
  for (const std::string_view around :
       {"/proc/self/fd/", "{fd=", "cmsg_data=[", "\"\", ", "userns_fd="}) {
    const std::size_t at = text.find(around);
    if (at == text.npos) continue;
    const std::size_t begin = at + around.size();
    const std::size_t size =
        std::min(text.find_first_not_of("0123456789", begin), text.size()) - begin;
    if (around == "userns_fd=" && text[begin] == '0') continue;  // none
    const auto known = names_.find(text.substr(begin, size));
    if (known != names_.end()) text.replace(begin, size, known->second);
  }
  return text;
}

}  // namespace toolkit::test
