#include "toolkit/check/probe/sockets.hpp"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace toolkit::probe {
namespace {

sockaddr_in loopback(int port) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

template <typename Address>
const sockaddr* generic(const Address& address) noexcept {
  return reinterpret_cast<const sockaddr*>(&address);  // NOLINT: the kernel's interface
}

int close_and_give(int fd, int result) noexcept {
  const int number = errno;
  ::close(fd);
  errno = number;
  return result;
}

int connect_at(int family, const sockaddr* address, std::size_t size) noexcept {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd == -1) return -1;
  return close_and_give(fd, ::connect(fd, address, static_cast<socklen_t>(size)));
}

}  // namespace

int listen_on(int port) noexcept {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd == -1) return -1;
  const sockaddr_in address = loopback(port);
  if (::bind(fd, generic(address), sizeof address) == -1 || ::listen(fd, 1) == -1) {
    return close_and_give(fd, -1);
  }
  return 0;
}

int connect_to(int port) noexcept {
  const sockaddr_in address = loopback(port);
  return connect_at(AF_INET, generic(address), sizeof address);
}

int connect_to_abstract(const char* name) noexcept {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = ::strnlen(name, sizeof address.sun_path - 1);
  ::memcpy(address.sun_path + 1, name, length);
  return connect_at(AF_UNIX, generic(address), offsetof(sockaddr_un, sun_path) + 1 + length);
}

}  // namespace toolkit::probe
