#include "toolkit/check/streams.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {
namespace {

constexpr std::size_t kMost = 65536;

struct Message {
  ssize_t length = -1;
  pid_t from = 0;
};

Message receive(FdRef socket, std::array<char, kMost>& buffer) {
  iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(16 * sizeof(int))>
      extra{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = extra.data();
  header.msg_controllen = extra.size();
  Message message{.length = ::recvmsg(socket.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC)};
  if (message.length <= 0) return message;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level != SOL_SOCKET) continue;
    if (control->cmsg_type == SCM_CREDENTIALS) {
      ucred sender{};
      std::memcpy(&sender, CMSG_DATA(control), sizeof sender);
      message.from = sender.pid;
    } else if (control->cmsg_type == SCM_RIGHTS) {  // nobody asked for descriptors
      const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < count; ++i) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(control) + i * sizeof fd, sizeof fd);
        ::close(fd);
      }
    }
  }
  return message;
}

}  // namespace

void append_bounded(std::string& text, std::string_view more) {
  text.append(more.substr(0, kMost - std::min(kMost, text.size())));
}

std::vector<Said> Listener::listen() {
  std::vector<Said> said;
  static std::array<char, kMost> buffer;
  constexpr int kTurns = 64;  // then whoever waits looks at the rest of the world
  for (int turn = 0; turn < kTurns && open_; ++turn) {
    const Message message = receive(socket_, buffer);
    if (message.length == -1 && (errno == EAGAIN || errno == EINTR)) break;
    if (message.length <= 0) {
      open_ = false;
      break;
    }
    bytes_ += static_cast<std::uint64_t>(message.length);
    std::string_view text(buffer.data(), static_cast<std::size_t>(message.length));
    const std::size_t lines = said.size();
    std::string& line = unfinished_[message.from];
    for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
      append_bounded(line, text.substr(0, end));
      said.push_back({.pid = message.from, .line = std::exchange(line, {})});
      text.remove_prefix(end + 1);
    }
    append_bounded(line, text);
    lines_ += said.size() - lines;
  }
  return said;
}

bool drain(FdRef pipe, std::string& text, std::uint64_t& bytes) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::read(pipe.get(), buffer.data(), buffer.size());
  if (got == -1 && (errno == EINTR || errno == EAGAIN)) return true;
  if (got <= 0) return false;
  bytes += static_cast<std::uint64_t>(got);
  append_bounded(text, {buffer.data(), static_cast<std::size_t>(got)});
  return true;
}

}  // namespace toolkit::checks
