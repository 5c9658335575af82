#include "toolkit/check/sockets.hpp"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>

#include "toolkit/kernel/error.hpp"

namespace toolkit::checks {
namespace {

/// Room for any address, and how much of it counts.
struct Address {
  sockaddr_storage bytes = {};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&bytes);  // NOLINT: the kernel's interface
  }
};

Address loopback(int port) {
  Address address{.size = sizeof(sockaddr_in)};
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(static_cast<std::uint16_t>(port));
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::memcpy(&address.bytes, &in, sizeof in);
  return address;
}

Address abstract(const std::string& name) {
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  const std::size_t length = name.copy(un.sun_path + 1, sizeof un.sun_path - 1);
  Address address{.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length)};
  ::memcpy(&address.bytes, &un, sizeof un);
  return address;
}

Fd make_socket(int family) {
  return Fd(check(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

Fd listen_at(int family, const Address& address, const std::string& subject) {
  Fd socket = make_socket(family);
  check(::bind(socket.get(), address.get(), address.size), "bind", subject);
  check(::listen(socket.get(), 8), "listen", subject);
  return socket;
}

std::string connect_at(int family, const Address& address) {
  const Fd socket = make_socket(family);
  const int result = ::connect(socket.get(), address.get(), address.size);
  return result == 0 ? "ok" : ::strerrorname_np(errno);
}

}  // namespace

Fd listen_on(int port) { return listen_at(AF_INET, loopback(port), std::to_string(port)); }
Fd listen_on_abstract(const std::string& name) { return listen_at(AF_UNIX, abstract(name), name); }
std::string connect_to(int port) { return connect_at(AF_INET, loopback(port)); }
std::string connect_to_abstract(const std::string& name) {
  return connect_at(AF_UNIX, abstract(name));
}

Fd made_elsewhere(const std::function<void(const std::function<std::string()>&)>& there,
                  const std::function<Fd()>& make) {
  SocketPair sockets = make_socket_pair();
  there([&] {
    send_fd(sockets.theirs, make());
    return std::string();
  });
  return receive_fd(sockets.ours);
}

}  // namespace toolkit::checks
