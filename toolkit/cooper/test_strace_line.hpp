#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::test {

/// One line of strace.
struct TracedLine {
  std::string name;
  std::string arguments;
  std::string result;
};
std::vector<TracedLine> parse_trace(std::string_view trace);

/// The numbers in the last brackets: "[5, 6], O_CLOEXEC" has two.
std::vector<std::string> numbers_in(const std::string& arguments);

/// Descriptors of one process, by what they are.
class TracedNames {
 public:
  void set(const std::string& number, const std::string& name);
  void forget(const std::string& number) { names_.erase(number); }
  [[nodiscard]] bool knows_first(const std::string& arguments) const {
    return names_.contains(arguments.substr(0, arguments.find(',')));
  }
  /// Descriptors stand first, or in a link of /proc, or in what poll(2) is given.
  [[nodiscard]] std::string in(const std::string& arguments) const;

 private:
  std::map<std::string, std::string> names_;
};

}  // namespace toolkit::test
