#include "toolkit/check/witness.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

std::string proc(pid_t pid, const std::string& name) {
  return "/proc/" + std::to_string(pid) + '/' + name;
}

std::uint64_t hexadecimal(std::string_view text) {
  return std::strtoull(std::string(text).c_str(), nullptr, 16);
}

/// Is a piece of memory what the program has there? Behind the program's end it is zero.
bool is_same(const std::vector<char>& memory, const std::string& program, std::uint64_t offset) {
  const std::size_t there =
      offset < program.size() ? std::min(memory.size(), program.size() - offset) : 0;
  if (there != 0 && std::memcmp(memory.data(), &program[offset], there) != 0) return false;
  return std::all_of(memory.begin() + static_cast<std::ptrdiff_t>(there), memory.end(),
                     [](char byte) { return byte == 0; });
}

/// One line of /proc/PID/maps: begin-end rights offset device inode name.
std::optional<bool> is_unchanged(FdRef memory, std::string_view line, const std::string& program) {
  const std::vector<std::string_view> fields = words(line);
  if (fields.size() < 5 || fields[1].find('x') == fields[1].npos) return true;
  if (fields.size() > 5 && (fields[5] == "[vdso]" || fields[5] == "[vsyscall]")) return true;
  constexpr std::size_t kMost = std::size_t{1} << 26;
  const std::vector<std::string_view> range = split(fields[0], '-');
  const std::uint64_t begin = hexadecimal(range.at(0));
  const std::uint64_t length = hexadecimal(range.at(1)) - begin;
  if (fields[4] == "0" || length > kMost) return false;
  std::vector<char> bytes(length);
  const ssize_t got = ::pread(memory.get(), bytes.data(), bytes.size(), static_cast<off_t>(begin));
  if (got != static_cast<ssize_t>(bytes.size())) return {};
  return is_same(bytes, program, hexadecimal(fields[2]));
}

}  // namespace

std::optional<std::uint64_t> bytes_read(pid_t pid) {
  try {
    const std::string text = read_file(proc(pid, "task/" + std::to_string(pid) + "/io"));
    for (const std::string_view line : lines(text)) {
      const std::vector<std::string_view> fields = words(line);
      if (fields.size() == 2 && fields[0] == "rchar:") return parse_number(fields[1]);
    }
  } catch (const SystemError&) {  // NOLINT: said in the header
  }
  return {};
}

std::optional<bool> runs_unchanged(pid_t pid, const std::string& program) {
  try {
    const Fd memory = open_file(proc(pid, "mem"), O_RDONLY);
    const std::string maps = read_file(proc(pid, "maps"));
    if (maps.empty()) return {};
    for (const std::string_view line : lines(maps)) {
      const std::optional<bool> same = is_unchanged(memory, line, program);
      if (!same || !*same) return same;
    }
    return true;
  } catch (const SystemError&) {
    return {};
  }
}

}  // namespace toolkit::checks
