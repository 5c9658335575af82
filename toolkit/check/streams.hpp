#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {

/// One line of a program's standard output, and who wrote it as the kernel says.
struct Said {
  pid_t pid = 0;
  std::string line;
};

/// Reads what is there on the socket, without waiting. Lines come whole, one writer apart from the
/// other; a line of more than 64 KiB is cut. Throws nothing for what a program writes.
class Listener {
 public:
  explicit Listener(FdRef socket) : socket_(socket) {}
  /// The lines that were completed. `open` becomes false at the end of the stream.
  std::vector<Said> listen();
  [[nodiscard]] bool open() const noexcept { return open_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }

 private:
  FdRef socket_;
  bool open_ = true;
  std::uint64_t bytes_ = 0;
  std::uint64_t lines_ = 0;
  std::map<pid_t, std::string> unfinished_ = {};
};

/// Adds what is there to read to a text that grows to 64 KiB and no further; false at the end.
bool drain(FdRef pipe, std::string& text, std::uint64_t& bytes);
void append_bounded(std::string& text, std::string_view more);

}  // namespace toolkit::checks
