#include "toolkit/kernel/proc.hpp"

#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

/// A pid, or what stands for none: -1 for no foreground group.
pid_t to_pid(std::string_view text) {
  return static_cast<pid_t>(static_cast<std::int64_t>(parse_number(text).value_or(~0ULL)));
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const std::size_t begin = text.find('(');
  const std::size_t end = text.rfind(')');
  if (begin == text.npos || end == text.npos || end < begin) return {};
  const std::vector<std::string_view> fields = words(trim(text.substr(end + 1)));
  constexpr std::size_t kFirst = 3;  // the number that proc(5) gives to the field after the name
  constexpr std::size_t kStartTime = 22;
  if (fields.size() <= kStartTime - kFirst) return {};
  const auto pid = [&](std::size_t field) { return to_pid(fields[field - kFirst]); };
  const auto number = [&](std::size_t field) {
    return parse_number(fields[field - kFirst]).value_or(0);
  };
  return ProcessStat{.name = std::string(text.substr(begin + 1, end - begin - 1)),
                     .state = fields[0].front(),
                     .parent = pid(4),
                     .group = pid(5),
                     .session = pid(6),
                     .terminal = number(7),
                     .foreground = pid(8),
                     .user_time = number(14),
                     .system_time = number(15),
                     .start_time = number(kStartTime)};
}

ProcessStat process_stat(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const std::optional<ProcessStat> stat = parse_process_stat(read_file(path));
  if (!stat) throw SystemError(ESRCH, "read", path);
  return *stat;
}

}  // namespace toolkit
