#include "toolkit/kernel/fd.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Fd;
using toolkit::FdRef;
using toolkit::make_pipe;
using toolkit::make_socket_pair;
using toolkit::open_file;
using toolkit::Pipe;
using toolkit::read_all;
using toolkit::read_file;
using toolkit::receive_fd;
using toolkit::SocketPair;
using toolkit::SystemError;
using toolkit::write_all;
using toolkit::write_file;
using toolkit::test::TempDir;

namespace {

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }
bool closes_on_exec(FdRef fd) { return (::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0; }

bool same_file(FdRef a, FdRef b) {
  struct stat one {};
  struct stat other {};
  toolkit::check(::fstat(a.get(), &one), "fstat");
  toolkit::check(::fstat(b.get(), &other), "fstat");
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// Of this process: a write across the limit is short, one behind it fails with EFBIG.
void limit_file_size(rlim_t bytes) {
  const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
  toolkit::check(::setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
  ::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("fd: closes at the end of its scope") {
    int number = -1;
    {
      const Fd fd = open_file("/", O_RDONLY);
      number = fd.get();
      CHECK(is_open(number));
    }
    CHECK_FALSE(is_open(number));
  }

  TEST_CASE("fd: an empty one is false and owns nothing") {
    CHECK_FALSE(static_cast<bool>(Fd()));
    CHECK_FALSE(static_cast<bool>(Fd(-1)));
    CHECK(static_cast<bool>(open_file("/", O_RDONLY)));
  }

  TEST_CASE("fd: a moved-from Fd owns nothing") {
    Fd from = open_file("/", O_RDONLY);
    const int number = from.get();
    const Fd to = std::move(from);
    CHECK(to.get() == number);
    CHECK(from.get() == -1);  // NOLINT: what a moved-from one holds is the question
  }

  TEST_CASE("fd: move assignment closes what was held") {
    Fd held = open_file("/", O_RDONLY);
    const int before = held.get();
    Fd other = open_file("/", O_RDONLY);
    const int number = other.get();
    held = std::move(other);
    CHECK(held.get() == number);
    CHECK_FALSE(is_open(before));
    CHECK(is_open(number));
  }

  TEST_CASE("fd: moved to itself it stays open") {
    Fd fd = open_file("/", O_RDONLY);
    const int number = fd.get();
    Fd& itself = fd;
    fd = std::move(itself);
    CHECK(fd.get() == number);
    CHECK(is_open(number));
  }

  TEST_CASE("fd: a released number is the caller's to close") {
    Fd fd = open_file("/", O_RDONLY);
    const int number = fd.release();
    CHECK_FALSE(static_cast<bool>(fd));
    fd.reset();
    CHECK(is_open(number));
    const Fd adopted(number);
  }

  TEST_CASE("fd: reset closes once and then does nothing") {
    Fd fd = open_file("/", O_RDONLY);
    const int number = fd.get();
    fd.reset();
    CHECK_FALSE(is_open(number));
    const Fd other = open_file("/", O_RDONLY);
    CHECK(other.get() == number);  // the kernel gives the lowest free one
    fd.reset();
    CHECK(is_open(number));
  }

  TEST_CASE("fd: whatever makes a descriptor closes it on exec") {
    CHECK(closes_on_exec(open_file("/", O_RDONLY)));
    CHECK(closes_on_exec(toolkit::open_at(open_file("/", O_PATH), "etc", O_RDONLY)));
    const Pipe pipe = make_pipe();
    CHECK(closes_on_exec(pipe.read));
    CHECK(closes_on_exec(pipe.write));
    const SocketPair pair = make_socket_pair();
    CHECK(closes_on_exec(pair.ours));
    CHECK(closes_on_exec(pair.theirs));
  }

  TEST_CASE("fd: a path that is not there is named in the error") {
    CHECK_THROWS_WITH_AS(read_file("/no/such"), "open '/no/such': No such file or directory",
                         SystemError);
  }

  TEST_CASE("fd: a whole file is read whatever its size") {
    const TempDir scratch;
    const std::string large(3 * 16384 + 1, 'x');
    CHECK(read_file(scratch.file("large", large)) == large);
    CHECK(read_file(scratch.file("empty", "")).empty());
    CHECK(read_file(scratch.file("nul", std::string("a\0b", 3))).size() == 3);
  }

  TEST_CASE("fd: a file of proc that tells no size is read to its end") {
    CHECK(read_file("/proc/self/status").find("\nCapEff:") != std::string::npos);
  }

  TEST_CASE("fd: read_all names what it read in its error") {
    CHECK_THROWS_WITH_AS(read_all(open_file("/", O_RDONLY), "root"), "read 'root': Is a directory",
                         SystemError);
  }

  TEST_CASE("fd: write_file neither creates nor truncates") {
    const TempDir scratch;
    CHECK_THROWS_AS(write_file(scratch.at("absent"), "1"), SystemError);
    const std::string path = scratch.file("control", "previous");
    write_file(path, "new");
    CHECK(read_file(path) == "newvious");
  }

  TEST_CASE("fd: write_file tells what the write said") {
    CHECK_THROWS_WITH_AS(write_file("/dev/full", "1"), "write '/dev/full': No space left on device",
                         SystemError);
  }

  TEST_CASE("fd: a short write is an error and not tried again") {
    const TempDir scratch;
    const std::string path = scratch.file("control", "");
    toolkit::test::in_child([&] {
      limit_file_size(4);
      try {
        write_file(path, "more than four");
        FAIL("the short write passed");
      } catch (const SystemError& error) {
        CHECK(error.number() == EIO);  // a second write would have said EFBIG
        CHECK(error.operation() == "write");
        CHECK(error.subject() == path);
      }
    });
    CHECK(read_file(path) == "more");
  }

  TEST_CASE("fd: write_all goes on after a short write") {
    const TempDir scratch;
    const std::string path = scratch.file("all", "");
    toolkit::test::in_child([&] {
      limit_file_size(4);
      CHECK_THROWS_WITH_AS(write_all(open_file(path, O_WRONLY), "more than four", "all"),
                           "write 'all': File too large", SystemError);
    });
    CHECK(read_file(path) == "more");
  }

  TEST_CASE("fd: write_all names what it wrote in its error") {
    CHECK_THROWS_WITH_AS(write_all(open_file("/dev/full", O_WRONLY), "1", "full"),
                         "write 'full': No space left on device", SystemError);
  }

  TEST_CASE("fd: a descriptor sent arrives as another number for the same file") {
    const TempDir scratch;
    const Fd file = open_file(scratch.file("sent", "content"), O_RDONLY);
    const SocketPair pair = make_socket_pair();
    send_fd(pair.ours, file);
    const Fd received = receive_fd(pair.theirs);
    CHECK(received.get() != file.get());
    CHECK(same_file(received, file));
    CHECK(closes_on_exec(received));
  }

  TEST_CASE("fd: each message carries one descriptor and the next waits") {
    const SocketPair pair = make_socket_pair();
    const Pipe pipe = make_pipe();
    const Fd root = open_file("/", O_PATH);
    send_fd(pair.ours, pipe.read);
    send_fd(pair.ours, root);
    CHECK(same_file(receive_fd(pair.theirs), pipe.read));
    CHECK(same_file(receive_fd(pair.theirs), root));
  }

  TEST_CASE("fd: a pair of sockets keeps the boundaries of messages") {
    const SocketPair pair = make_socket_pair();
    REQUIRE(::send(pair.ours.get(), "one", 3, 0) == 3);
    REQUIRE(::send(pair.ours.get(), "two", 3, 0) == 3);
    std::array<char, 16> message{};
    CHECK(::recv(pair.theirs.get(), message.data(), message.size(), 0) == 3);
  }

  TEST_CASE("fd: nothing is received when the peer has closed") {
    SocketPair pair = make_socket_pair();
    pair.ours.reset();
    CHECK_FALSE(static_cast<bool>(receive_fd(pair.theirs)));
    CHECK_THROWS_AS(send_fd(pair.theirs, pair.theirs), SystemError);
  }

  TEST_CASE("fd: a message without a descriptor gives none") {
    const SocketPair pair = make_socket_pair();
    REQUIRE(::send(pair.ours.get(), "x", 1, 0) == 1);
    CHECK_FALSE(static_cast<bool>(receive_fd(pair.theirs)));
  }

  TEST_CASE("fd: the open descriptors are listed without the one that lists") {
    const std::vector<int> before = toolkit::open_descriptors();
    CHECK(std::is_sorted(before.begin(), before.end()));
    CHECK(toolkit::open_descriptors() == before);
    const Pipe pipe = make_pipe();
    CHECK(std::all_of(before.begin(), before.end(), is_open));
    const std::vector<int> with_pipe = toolkit::open_descriptors();
    CHECK(with_pipe.size() == before.size() + 2);
    CHECK(std::binary_search(with_pipe.begin(), with_pipe.end(), pipe.read.get()));
  }

  TEST_CASE("fd: proc_path opens the same file again") {
    const TempDir scratch;
    const Fd file = open_file(scratch.file("again", "content"), O_PATH);
    CHECK(read_file(toolkit::proc_path(file)) == "content");
  }
}
