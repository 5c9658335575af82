#include "toolkit/container/sysctl.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace toolkit;  // NOLINT: a test file

namespace {

std::string path_of(std::string_view text) { return parse_sysctl(text, {}).path; }

void check_refused(std::string_view text, const char* words, const Sharing& sharing = {}) {
  CAPTURE(text);
  CHECK_THROWS_WITH_AS(parse_sysctl(text, sharing), doctest::Contains(words), std::runtime_error);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("sysctl: a name is a path below /proc/sys") {
    const Sysctl plain = parse_sysctl("net.ipv4.ip_forward=1", {});
    CHECK(plain.name == "net.ipv4.ip_forward");
    CHECK(plain.path == "net/ipv4/ip_forward");
    CHECK(plain.value == "1");
    CHECK(path_of("net/ipv4/conf/eth0.1/forwarding=1") == "net/ipv4/conf/eth0.1/forwarding");
    CHECK(path_of("net.ipv4.conf.eth0/1.forwarding=1") == "net/ipv4/conf/eth0.1/forwarding");
    CHECK(parse_sysctl("kernel.sem = 1 2 3 4", {}).value == "1 2 3 4");
    CHECK(parse_sysctl("kernel.domainname=a=b", {}).value == "a=b");
  }

  TEST_CASE("sysctl: what namespaces hold is let through, and nothing else") {
    for (const char* text :
         {"kernel.msgmax=1", "kernel.msgmnb=1", "kernel.msgmni=1", "kernel.sem=1",
          "kernel.shmall=1", "kernel.shmmax=1", "kernel.shmmni=1", "kernel.shm_rmid_forced=1",
          "fs.mqueue.msg_max=1", "net.core.somaxconn=1", "kernel.domainname=x"}) {
      CAPTURE(text);
      CHECK_NOTHROW(path_of(text));
    }
    for (const char* text : {"kernel.core_pattern=x", "vm.swappiness=1", "kernel.shm=1",
                             "kernel.msg_next_id=1", "fs.file-max=1", "netx.a=1", "kernel.semx=1",
                             "user.max_net_namespaces=1", "kernel/shmmax/x=1", "net=1"}) {
      check_refused(text, "the whole machine's");
    }
    check_refused("kernel.hostname=x", "--hostname");
  }

  TEST_CASE("sysctl: a name that leads elsewhere is none") {
    for (const char* text : {"net/../kernel/core_pattern=x", "net..x=1", "net.=1", "net/./x=1",
                             "/net/x=1", "net/x/=1", "net.x\n.y=1"}) {
      check_refused(text, "no name");
    }
  }

  TEST_CASE("sysctl: a name and a value are needed") {
    for (const char* text : {"net.x", "=1", "", "net.x="}) CHECK_THROWS(path_of(text));
    check_refused("net.x", "NAME=VALUE");
    check_refused("net.x=", "a value is missing");
  }

  TEST_CASE("sysctl: a namespace of somebody else's is left alone") {
    check_refused("net.core.somaxconn=1", "--network", {.host = Ns::net});
    check_refused("kernel.shmmax=1", "--ipc", {.host = Ns::ipc});
    check_refused("kernel.domainname=x", "--uts", {.host = Ns::uts});
    check_refused("kernel.shmmax=1", "--ipc", {.joins = {{Ns::ipc, "/proc/1/ns/ipc"}}});
    CHECK_NOTHROW(parse_sysctl("kernel.shmmax=1", {.host = Ns::net}));
  }
}
