#include "toolkit/check/probe/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdlib>

namespace toolkit::probe {
namespace {

/// Is a call that failed to be done again? Waits until it can be.
bool again(int fd, short events) {
  if (errno == EINTR) return true;
  if (errno != EAGAIN) return false;
  pollfd ready{.fd = fd, .events = events, .revents = 0};
  ::poll(&ready, 1, -1);
  return true;
}

const char* type_name(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFCHR:
      return "char";
    case S_IFBLK:
      return "block";
    case S_IFIFO:
      return "fifo";
    case S_IFSOCK:
      return "socket";
    default:
      return "other";
  }
}

void add_device(dev_t device, Text& text) {
  text.add(::gnu_dev_major(device)).add(":").add(::gnu_dev_minor(device));
}

}  // namespace

void read_rest(int fd, Text& text) noexcept {
  std::array<char, 4096> chunk{};
  for (;;) {
    const ssize_t got = ::read(fd, chunk.data(), chunk.size());
    if (got == 0 || (got == -1 && !again(fd, POLLIN))) return;
    if (got > 0) text.add({chunk.data(), static_cast<std::size_t>(got)});
  }
}

int read_first_line(int directory, const char* path, Text& text) noexcept {
  const int fd = ::openat(directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd == -1) return -1;
  std::array<char, 4096> chunk{};
  std::size_t total = 0;
  int result = 0;
  while (total < kLongestLine) {
    const ssize_t got = ::read(fd, chunk.data(), chunk.size());
    if (got == -1 && errno == EINTR) continue;
    if (got <= 0) {
      result = got == 0 ? 0 : -1;
      break;
    }
    const std::string_view part(chunk.data(), static_cast<std::size_t>(got));
    const std::size_t end = part.find('\n');
    text.add({part.data(), end == std::string_view::npos ? part.size() : end});
    if (end != std::string_view::npos) break;
    total += part.size();
  }
  const int number = errno;
  ::close(fd);
  errno = number;
  return result;
}

int write_whole(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent == -1 && errno == ENOTSOCK) sent = ::write(fd, text.data(), text.size());
    if (sent == -1 && !again(fd, POLLOUT)) return -1;
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return 0;
}

int write_text(const char* path, std::string_view text) noexcept {
  const int fd = ::open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0644);
  if (fd == -1) return -1;
  const ssize_t written = ::write(fd, text.data(), text.size());
  const int number = errno;
  ::close(fd);
  errno = number;
  return written == -1 ? -1 : 0;
}

int describe(const char* path, Text& text) noexcept {
  struct stat entry {};
  if (::stat(path, &entry) == -1) return -1;
  text.add(type_name(entry.st_mode)).add(" ");
  add_device(entry.st_dev, text);
  constexpr mode_t kPermissions = 07777;
  text.add(" inode ").add(entry.st_ino).add(" mode 0").add(entry.st_mode & kPermissions, 8);
  text.add(" rdev ");
  add_device(entry.st_rdev, text);
  return 0;
}

int list(const char* path, Text& text) noexcept {
  dirent** entries = nullptr;
  const int count = ::scandir(
      path, &entries,
      [](const dirent* entry) {
        const std::string_view name = entry->d_name;
        return static_cast<int>(name != "." && name != "..");
      },
      ::alphasort);
  if (count == -1) return -1;
  for (int i = 0; i < count; ++i) {
    text.add(i == 0 ? "" : " ").add_one_line(entries[i]->d_name);
    std::free(entries[i]);  // NOLINT: scandir's own
  }
  std::free(entries);  // NOLINT
  return 0;
}

}  // namespace toolkit::probe
