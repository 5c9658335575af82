#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolkit {

/// A borrowed descriptor: whoever made it closes it. Functions take FdRef and return Fd.
class FdRef {
 public:
  constexpr explicit FdRef(int fd) noexcept : fd_(fd) {}
  [[nodiscard]] constexpr int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// The current working directory, where a call takes a directory's descriptor. See openat(2).
inline constexpr FdRef kHere{AT_FDCWD};

/// An owned descriptor: closed exactly once. Move-only.
class [[nodiscard]] Fd {
 public:
  Fd() noexcept = default;
  /// Adopts a descriptor just made by a system call; -1 means none.
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = other.release();
    }
    return *this;
  }
  ~Fd() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  operator FdRef() const noexcept { return FdRef(fd_); }  // NOLINT: borrowing is meant to be silent
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  /// Closes now. An error of close(2) says nothing about the descriptor, which is gone either way.
  void reset() noexcept;

 private:
  int fd_ = -1;
};

/// Opens with O_CLOEXEC added. Throws SystemError "open 'path'". See open(2).
Fd open_file(const std::string& path, int flags, mode_t mode = 0);
Fd open_at(FdRef directory, const std::string& path, int flags, mode_t mode = 0);

struct Pipe {
  Fd read;
  Fd write;
};
/// A pipe with both ends O_CLOEXEC. See pipe2(2).
Pipe make_pipe();

struct SocketPair {
  Fd ours;
  Fd theirs;
};
/// A connected pair of AF_UNIX sockets that keep message boundaries, O_CLOEXEC. See socketpair(2).
SocketPair make_socket_pair();
/// Sends one descriptor with one byte. See SCM_RIGHTS in unix(7).
void send_fd(FdRef socket, FdRef fd);
/// Receives what send_fd sent, O_CLOEXEC; an empty Fd when the peer closed without sending.
Fd receive_fd(FdRef socket);

/// The whole content of a file or of a descriptor that ends. Reads /proc files of any size.
std::string read_file(const std::string& path);
std::string read_all(FdRef fd, std::string_view name);
/// One read(2): for files of the kernel that give all they have to the first, up to 16 KiB.
std::string read_once(const std::string& path);

/// One write(2), as the control files of /proc and cgroupfs want it; a short write is an error.
void write_file(const std::string& path, std::string_view data);
/// Writes everything, in as many calls as it takes. EINTR is retried.
void write_all(FdRef fd, std::string_view data, std::string_view name);

/// The numbers of this process's open descriptors, ascending. See /proc/PID/fd in proc(5).
std::vector<int> open_descriptors();

/// "/proc/self/fd/N": a path for calls that take none of a descriptor.
std::string proc_path(FdRef fd);

}  // namespace toolkit
