#include "toolkit/container/relay.hpp"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file

namespace {

struct Way {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Relay relay{in.read, out.write};
};

std::string read_some(FdRef fd) {
  std::string text(100, '\0');
  const ssize_t got = ::read(fd.get(), text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

/// Fills a pipe until it takes no more.
void fill(FdRef fd) {
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  const std::string block(4096, '.');
  while (::write(fd.get(), block.data(), block.size()) > 0) {
  }
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("relay: it waits for bytes first and for room when it has some") {
    Way way;
    CHECK(way.relay.read_interest().fd == way.in.read.get());
    CHECK(way.relay.write_interest().fd == -1);
    write_all(way.in.write, "abc", "pipe");
    CHECK(way.relay.receive() == "abc");
    CHECK(way.relay.read_interest().fd == -1);
    CHECK(way.relay.write_interest().fd == way.out.write.get());
    way.relay.send();
    CHECK(read_some(way.out.read) == "abc");
    CHECK(way.relay.read_interest().fd == way.in.read.get());
    CHECK(way.relay.write_interest().fd == -1);
    CHECK_FALSE(way.relay.ended());
  }

  TEST_CASE("relay: a target that takes nothing loses nothing") {
    Way way;
    fill(way.out.write);
    write_all(way.in.write, "abc", "pipe");
    way.relay.receive();
    way.relay.send();
    CHECK_FALSE(way.relay.ended());
    CHECK(way.relay.write_interest().fd == way.out.write.get());
    CHECK(way.relay.read_interest().fd == -1);
    std::string last;
    for (std::string block = read_some(way.out.read); !block.empty();
         block = read_some(way.out.read)) {
      last = block;
      if (way.relay.write_interest().fd >= 0) way.relay.send();
      if (way.relay.write_interest().fd == -1) way.out.write.reset();
    }
    CHECK(last.ends_with("abc"));
  }

  TEST_CASE("relay: what a target takes in part follows later") {
    Way way;
    ::fcntl(way.out.write.get(), F_SETPIPE_SZ, 4096);
    ::fcntl(way.out.write.get(), F_SETFL, O_NONBLOCK);
    const std::string much(10'000, 'x');
    write_all(way.in.write, much, "pipe");
    CHECK(way.relay.receive().size() == much.size());
    std::size_t arrived = 0;
    while (way.relay.write_interest().fd >= 0) {
      way.relay.send();
      for (std::size_t got = 1; got > 0 && arrived < much.size();) {
        std::string text(8192, '\0');
        ::fcntl(way.out.read.get(), F_SETFL, O_NONBLOCK);
        const ssize_t size = ::read(way.out.read.get(), text.data(), text.size());
        got = size > 0 ? static_cast<std::size_t>(size) : 0;
        arrived += got;
      }
    }
    CHECK(arrived == much.size());
  }

  TEST_CASE("relay: the end of the source is the end") {
    Way way;
    way.in.write.reset();
    CHECK(way.relay.receive().empty());
    CHECK(way.relay.ended());
    CHECK(way.relay.read_interest().fd == -1);
  }

  TEST_CASE("relay: nothing there yet is not the end") {
    Way way;
    ::fcntl(way.in.read.get(), F_SETFL, O_NONBLOCK);
    CHECK(way.relay.receive().empty());
    CHECK_FALSE(way.relay.ended());
  }

  TEST_CASE("relay: the EIO of a terminal whose last slave is closed is the end") {
    const Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    SKIP_UNLESS(static_cast<bool>(master), "no pseudoterminals here");
    REQUIRE(::unlockpt(master.get()) == 0);
    {
      const Fd slave(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
      REQUIRE(static_cast<bool>(slave));
    }
    Pipe out = make_pipe();
    Relay relay(master, out.write);
    CHECK(relay.receive().empty());
    CHECK(relay.ended());
  }

  TEST_CASE("relay: a target that is gone is the end and what was for it is dropped") {
    test::in_child([] {
      ::signal(SIGPIPE, SIG_IGN);
      Way way;
      write_all(way.in.write, "abc", "pipe");
      way.relay.receive();
      way.out.read.reset();
      way.relay.send();
      CHECK(way.relay.ended());
      CHECK(way.relay.write_interest().fd == -1);
      CHECK(way.relay.read_interest().fd == -1);
    });
  }
}
