#include "toolkit/kernel/namespaces.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::enter;
using toolkit::Fd;
using toolkit::namespace_id;
using toolkit::Ns;
using toolkit::open_namespace;
using toolkit::SystemError;
using toolkit::test::inside;

namespace {

std::string hostname() {
  return std::string(toolkit::trim(toolkit::read_file("/proc/sys/kernel/hostname")));
}

sockaddr* generic(sockaddr_in* address) { return reinterpret_cast<sockaddr*>(address); }

/// Connects to a socket of its own on 127.0.0.1; the errno of what failed, or 0.
int connect_to_loopback() {
  const Fd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(server.get(), generic(&address), size) == -1) return errno;
  if (::listen(server.get(), 1) == -1) return errno;
  if (::getsockname(server.get(), generic(&address), &size) == -1) return errno;
  return ::connect(client.get(), generic(&address), size) == 0 ? 0 : errno;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("namespaces: each kind has its file in proc") {
    for (const Ns kind : {Ns::mount, Ns::cgroup, Ns::uts, Ns::ipc, Ns::user, Ns::pid, Ns::net}) {
      const std::string name = toolkit::proc_name(kind);
      CAPTURE(name);
      CHECK(::access(("/proc/self/ns/" + name).c_str(), F_OK) == 0);
    }
    CHECK(std::string(toolkit::proc_name(Ns::time)) == "time");
  }

  TEST_CASE("namespaces: no kind and two kinds have no file") {
    CHECK_THROWS_AS(toolkit::proc_name(Ns::none), std::invalid_argument);
    CHECK_THROWS_AS(toolkit::proc_name(Ns::user | Ns::pid), std::invalid_argument);
  }

  TEST_CASE("namespaces: the id is the inode that the link of proc shows") {
    std::array<char, 64> link{};
    REQUIRE(::readlink("/proc/self/ns/uts", link.data(), link.size() - 1) > 0);
    CHECK(link.data() == "uts:[" + std::to_string(namespace_id(::getpid(), Ns::uts)) + "]");
  }

  TEST_CASE("namespaces: a process that is not there has none") {
    constexpr pid_t kNobody = 0x7fffffff;
    CHECK_THROWS_WITH_AS(namespace_id(kNobody, Ns::pid),
                         "stat '/proc/2147483647/ns/pid': No such file or directory", SystemError);
    CHECK_THROWS_AS(static_cast<void>(open_namespace(kNobody, Ns::pid)), SystemError);
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("namespaces: unshare gives another one of each kind [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      for (const Ns kind : {Ns::mount, Ns::cgroup, Ns::uts, Ns::ipc, Ns::net}) {
        CAPTURE(toolkit::proc_name(kind));
        const ino_t before = namespace_id(::getpid(), kind);
        toolkit::unshare(kind);
        CHECK(namespace_id(::getpid(), kind) != before);
      }
    });
  }

  TEST_CASE("namespaces: the pid namespace unshared is for children only [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      const ino_t before = namespace_id(::getpid(), Ns::pid);
      toolkit::unshare(Ns::pid);
      CHECK(namespace_id(::getpid(), Ns::pid) == before);
      toolkit::test::in_child([] { CHECK(::getpid() == 1); });
    });
  }

  TEST_CASE("namespaces: unshare without the right to it says so [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      CHECK_THROWS_WITH_AS(toolkit::unshare(static_cast<Ns>(1)), "unshare: Invalid argument",
                           SystemError);
    });
  }

  TEST_CASE("namespaces: a descriptor leads back into the first one [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::uts, [] {
      toolkit::set_hostname("first");
      const Fd first = open_namespace(::getpid(), Ns::uts);
      const ino_t id = namespace_id(::getpid(), Ns::uts);
      toolkit::unshare(Ns::uts);
      toolkit::set_hostname("second");
      CHECK(hostname() == "second");
      enter(first, Ns::uts);
      CHECK(hostname() == "first");
      CHECK(namespace_id(::getpid(), Ns::uts) == id);
    });
  }

  TEST_CASE("namespaces: enter refuses a descriptor of another kind [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::uts, [] {
      const Fd uts = open_namespace(::getpid(), Ns::uts);
      CHECK_THROWS_WITH_AS(enter(uts, Ns::ipc), "setns 'ipc': Invalid argument", SystemError);
    });
  }

  TEST_CASE("namespaces: the host name is set in the own namespace alone [userns]") {
    NEEDS_USER_NAMESPACES();
    const std::string before = hostname();
    inside(Ns::uts, [] {
      toolkit::set_hostname("cooperage");
      CHECK(hostname() == "cooperage");
    });
    CHECK(hostname() == before);
  }

  TEST_CASE("namespaces: a host name of more than 64 bytes is refused [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::uts, [] {
      CHECK_NOTHROW(toolkit::set_hostname(std::string(64, 'h')));
      CHECK_THROWS_AS(toolkit::set_hostname(std::string(65, 'h')), SystemError);
    });
  }

  TEST_CASE("namespaces: a new network reaches itself once lo is up [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::net, [] {
      CHECK(connect_to_loopback() != 0);
      toolkit::bring_loopback_up();
      CHECK(connect_to_loopback() == 0);
    });
  }
}
