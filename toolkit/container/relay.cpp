#include "toolkit/container/relay.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace toolkit {
namespace {

bool is_transient(int error) { return error == EINTR || error == EAGAIN; }

}  // namespace

pollfd Relay::read_interest() const noexcept {
  const bool wanted = !ended_ && waiting_.empty();
  return {.fd = wanted ? from_.get() : -1, .events = POLLIN, .revents = 0};
}

pollfd Relay::write_interest() const noexcept {
  return {.fd = waiting_.empty() ? -1 : to_.get(), .events = POLLOUT, .revents = 0};
}

std::string_view Relay::receive() {
  std::array<char, 65536> chunk;  // NOLINT: filled by read(2)
  const ssize_t got = ::read(from_.get(), chunk.data(), chunk.size());
  if (got > 0) {
    waiting_.assign(chunk.data(), static_cast<std::size_t>(got));
    return waiting_;
  }
  // A terminal's master says EIO, not end of file, when its last slave is closed.
  if (got == 0 || !is_transient(errno)) ended_ = true;
  return {};
}

void Relay::send() {
  const ssize_t written = ::write(to_.get(), waiting_.data(), waiting_.size());
  if (written >= 0) {
    waiting_.erase(0, static_cast<std::size_t>(written));
  } else if (!is_transient(errno)) {
    waiting_.clear();
    ended_ = true;
  }
}

}  // namespace toolkit
