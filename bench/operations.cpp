// What a running process does when its costs are measured. Each is made ready once and then done many times.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "bench/mechanism.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::bench {
namespace {

/// A socket for datagrams, with a port of its own on loopback.
Fd make_socket(sockaddr_in& address) {
  Fd made(check(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"));
  address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);  // NOLINT: the interface of sockets
  check(::bind(made.get(), any, length), "bind", "127.0.0.1");
  check(::getsockname(made.get(), any, &length), "getsockname", "127.0.0.1");
  return made;
}

void connect_to(FdRef socket, const sockaddr_in& address) {
  const auto* any = reinterpret_cast<const sockaddr*>(&address);  // NOLINT: the same
  check(::connect(socket.get(), any, sizeof address), "connect", "127.0.0.1");
}

void pass_a_byte(FdRef from, FdRef to) {
  char byte = 'x';
  check(::send(from.get(), &byte, 1, 0), "send", "127.0.0.1");
  check(::recv(to.get(), &byte, 1, 0), "recv", "127.0.0.1");
}

}  // namespace

Operation look_at_file(const Scratch& scratch) {
  return [path = scratch.file()] {
    struct stat status {};
    check(::stat(path.c_str(), &status), "stat", path);
  };
}

Operation look_at_segment(const Scratch& /*scratch*/) {
  constexpr std::size_t kPage = 4096;
  const int id = check(::shmget(IPC_PRIVATE, kPage, IPC_CREAT | 0600), "shmget");
  // Attached and removed at once: it can be asked for as long as this process lives, and is gone with it
  // however it ends. See IPC_RMID in shmctl(2).
  const auto attached =
      reinterpret_cast<std::intptr_t>(::shmat(id, nullptr, 0));  // NOLINT: -1 is the error
  check(::shmctl(id, IPC_RMID, nullptr), "shmctl", "IPC_RMID");
  if (attached == -1) throw SystemError(EINVAL, "shmat", "a segment of its own");
  return [id] {
    shmid_ds status{};
    check(::shmctl(id, IPC_STAT, &status), "shmctl", "IPC_STAT");
  };
}

Operation send_a_byte(const Scratch& /*scratch*/) {
  sockaddr_in here{};
  sockaddr_in there{};
  auto ours = std::make_shared<Fd>(make_socket(here));
  auto theirs = std::make_shared<Fd>(make_socket(there));
  connect_to(*ours, there);
  connect_to(*theirs, here);
  return [ours, theirs] {
    pass_a_byte(*ours, *theirs);
    pass_a_byte(*theirs, *ours);
  };
}

Operation make_a_file(const Scratch& scratch) {
  return [path = scratch.empty() + "/made-by-" + std::to_string(::getpid())] {
    const Fd made = open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    check(::unlink(path.c_str()), "unlink", path);
  };
}

Operation read_cgroup(const Scratch& /*scratch*/) {
  return [] {
    std::array<char, 4096> text{};
    const Fd file = open_file("/proc/self/cgroup", O_RDONLY);
    check(::read(file.get(), text.data(), text.size()), "read", "/proc/self/cgroup");
  };
}

}  // namespace toolkit::bench
