#include "toolkit/check/content.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace toolkit::checks {

bool has_content(FdRef directory, const std::string& path, const std::string& content) {
  const Fd file(::openat(directory.get(), path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) == -1) return false;
  if (!S_ISREG(status.st_mode) || static_cast<std::size_t>(status.st_size) != content.size()) {
    return false;
  }
  constexpr std::size_t kPiece = 65536;
  std::vector<char> piece(kPiece);
  std::size_t at = 0;
  while (at < content.size()) {
    const ssize_t got = ::pread(file.get(), piece.data(), kPiece, static_cast<off_t>(at));
    if (got <= 0 || at + static_cast<std::size_t>(got) > content.size()) return false;
    if (std::memcmp(piece.data(), &content[at], static_cast<std::size_t>(got)) != 0) return false;
    at += static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace toolkit::checks
