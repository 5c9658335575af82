// Programs that misuse the streams they are given.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>

#include "toolkit/check/test_subject.hpp"

namespace hostile {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

void flood(int fd, int pieces) {
  const std::string piece(kPiece, 'x');
  for (int i = 0; pieces < 0 || i < pieces; ++i) {
    if (::write(fd, piece.data(), piece.size()) == -1) return;
  }
}

int flood_out(const Job& job) {
  flood(STDOUT_FILENO, 100);
  tried(::write(STDOUT_FILENO, "\n", 1));
  return do_it_well(job);
}

int flood_err(const Job& job) {
  flood(STDERR_FILENO, 100);
  return do_it_well(job);
}

int flood_for_ever(const Job& /*job*/) {
  flood(STDOUT_FILENO, -1);
  return 0;
}

int flood_lines(const Job& /*job*/) {
  const std::string lines(kPiece, '\n');
  while (::write(STDOUT_FILENO, lines.data(), lines.size()) != -1) {
  }
  return 0;
}

int close_all(const Job& job) {
  ::close_range(0, ~0U, 0);
  return do_it_well(job);
}

int reopen(const Job& job) {
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  return do_it_well(job);
}

int shut_down(const Job& job) {
  ::shutdown(STDOUT_FILENO, SHUT_RDWR);
  return do_it_well(job);
}

/// Whoever reads from a pipe can be robbed of what poll promised.
int read_own_err(const Job& job) {
  for (int i = 0; i < 4; ++i) {
    if (::fork() != 0) continue;
    std::array<char, 4096> bytes{};
    const int fd = ::open("/proc/self/fd/2", O_RDONLY);
    while (::read(fd, bytes.data(), bytes.size()) > 0) {
    }
    ::_exit(0);
  }
  if (::fork() == 0) {
    for (int i = 0; i < 200000; ++i) tried(::write(STDERR_FILENO, "x", 1));
    ::_exit(0);
  }
  return do_it_well(job);
}

int open_all(const Job& job) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  int last = -1;
  for (int i = 0; i < 100000; ++i) {
    const int fd = ::dup(STDERR_FILENO);
    if (fd == -1) break;
    last = fd;
  }
  ::close(last);
  return do_it_well(job);
}

void send_descriptors(int fd, int count) {
  constexpr std::size_t kMost = 253;  // SCM_MAX_FD
  char byte = '\n';
  iovec part{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMost * sizeof(int))> extra{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = extra.data();
  header.msg_controllen = CMSG_SPACE(static_cast<std::size_t>(count) * sizeof(int));
  cmsghdr* control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(static_cast<std::size_t>(count) * sizeof(int));
  for (int i = 0; i < count; ++i) {
    std::memcpy(CMSG_DATA(control) + static_cast<std::size_t>(i) * sizeof fd, &fd, sizeof fd);
  }
  tried(::sendmsg(STDOUT_FILENO, &header, MSG_NOSIGNAL));
}

int send_many(const Job& job) {
  for (int i = 0; i < 1000; ++i) send_descriptors(STDERR_FILENO, 253);
  return do_it_well(job);
}

/// A socket whose close(2) waits for an hour: for the other side, which never reads.
int send_lingering(const Job& job) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);  // NOLINT: the interface of sockets
  ::bind(server, any, size);
  ::listen(server, 1);
  ::getsockname(server, any, &size);
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(client, any, size) == -1) return 1;
  const linger hour{.l_onoff = 1, .l_linger = 3600};
  ::setsockopt(client, SOL_SOCKET, SO_LINGER, &hour, sizeof hour);
  const std::string piece(kPiece, 'x');
  while (::send(client, piece.data(), piece.size(), MSG_DONTWAIT) > 0) {
  }
  send_descriptors(client, 1);
  if (::fork() == 0) {
    ::syscall(SYS_dup3, STDERR_FILENO, client, 0);  // this child exists for the server's side
    while (true) ::pause();
  }
  ::close(client);
  return do_it_well(job);
}

int write_escapes(const Job& /*job*/) {
  std::fputs("\033[2J\033]0;owned\a\x9b\xff\xfe\"}\\\n", stderr);
  tried(::write(STDOUT_FILENO, "\0\033c\r\n\xc3\x28", 8));
  return 3;
}

constexpr std::array kAll = std::to_array<Behaviour>({
    {"floods-its-output", flood_out},
    {"floods-its-errors", flood_err},
    {"floods-without-end", flood_for_ever},
    {"floods-with-lines", flood_lines},
    {"closes-its-descriptors", close_all},
    {"reopens-its-descriptors", reopen},
    {"shuts-its-output", shut_down},
    {"reads-its-own-errors", read_own_err},
    {"opens-all-descriptors", open_all},
    {"sends-descriptors", send_many},
    {"sends-a-lingering-socket", send_lingering},
    {"writes-escapes", write_escapes},
});

}  // namespace

std::span<const Behaviour> streams() { return kAll; }

}  // namespace hostile
