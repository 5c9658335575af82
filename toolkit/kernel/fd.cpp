#include "toolkit/kernel/fd.hpp"

#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "toolkit/kernel/error.hpp"

namespace toolkit {

void Fd::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Fd open_file(const std::string& path, int flags, mode_t mode) {
  return open_at(kHere, path, flags, mode);
}

Fd open_at(FdRef directory, const std::string& path, int flags, mode_t mode) {
  return Fd(check(::openat(directory.get(), path.c_str(), flags | O_CLOEXEC, mode), "open", path));
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  check(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
  return {.read = Fd(ends[0]), .write = Fd(ends[1])};
}

SocketPair make_socket_pair() {
  std::array<int, 2> ends{};
  check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
  return {.ours = Fd(ends[0]), .theirs = Fd(ends[1])};
}

namespace {

/// A message of one byte with room for one descriptor, as send_fd and receive_fd both need it.
struct OneFdMessage {
  char byte = 'f';
  iovec data{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{.msg_name = nullptr,
                .msg_namelen = 0,
                .msg_iov = &data,
                .msg_iovlen = 1,
                .msg_control = control.data(),
                .msg_controllen = control.size(),
                .msg_flags = 0};
};

}  // namespace

void send_fd(FdRef socket, FdRef fd) {
  OneFdMessage message;
  cmsghdr* head = CMSG_FIRSTHDR(&message.header);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  const int number = fd.get();
  std::memcpy(CMSG_DATA(head), &number, sizeof number);
  check(::sendmsg(socket.get(), &message.header, MSG_NOSIGNAL), "sendmsg", "SCM_RIGHTS");
}

Fd receive_fd(FdRef socket) {
  OneFdMessage message;
  ssize_t got = 0;
  do {
    got = ::recvmsg(socket.get(), &message.header, MSG_CMSG_CLOEXEC);
  } while (got == -1 && errno == EINTR);
  if (check(got, "recvmsg", "SCM_RIGHTS") == 0) return {};
  const cmsghdr* head = CMSG_FIRSTHDR(&message.header);
  if (head == nullptr || head->cmsg_type != SCM_RIGHTS) return {};
  int number = -1;
  std::memcpy(&number, CMSG_DATA(head), sizeof number);
  return Fd(number);
}

std::string read_file(const std::string& path) { return read_all(open_file(path, O_RDONLY), path); }

std::string read_all(FdRef fd, std::string_view name) {
  std::string content;
  std::array<char, 16384> chunk;  // NOLINT: filled by read(2)
  while (true) {
    const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
    if (got == 0) return content;
    if (got > 0) {
      content.append(chunk.data(), static_cast<std::size_t>(got));
    } else if (errno != EINTR) {
      throw_errno("read", name);
    }
  }
}

std::string read_once(const std::string& path) {
  const Fd fd = open_file(path, O_RDONLY);
  std::string content(16384, '\0');
  const ssize_t got = check(::read(fd.get(), content.data(), content.size()), "read", path);
  content.resize(static_cast<std::size_t>(got));
  return content;
}

void write_file(const std::string& path, std::string_view data) {
  const Fd fd = open_file(path, O_WRONLY);
  const ssize_t written = check(::write(fd.get(), data.data(), data.size()), "write", path);
  if (static_cast<std::size_t>(written) != data.size()) throw SystemError(EIO, "write", path);
}

void write_all(FdRef fd, std::string_view data, std::string_view name) {
  while (!data.empty()) {
    const ssize_t written = ::write(fd.get(), data.data(), data.size());
    if (written >= 0) {
      data.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      throw_errno("write", name);
    }
  }
}

std::vector<int> open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
  if (!directory) throw_errno("open", "/proc/self/fd");
  std::vector<int> numbers;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_name[0] == '.') continue;
    const int number = std::stoi(entry->d_name);
    if (number != ::dirfd(directory.get())) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::string proc_path(FdRef fd) { return "/proc/self/fd/" + std::to_string(fd.get()); }

}  // namespace toolkit
