#include "toolkit/container/etc.hpp"

#include <stdexcept>

#include "toolkit/test/test.hpp"

using namespace toolkit;  // NOLINT: a test file

TEST_SUITE("unit") {
  TEST_CASE("etc: the container knows its own name") {
    const EtcFiles files = make_etc_files("box", "");
    CHECK(files.hostname == "box\n");
    CHECK(files.hosts.starts_with("127.0.0.1\tlocalhost\n"));
    CHECK(files.hosts.ends_with("\tbox\n"));
    CHECK(files.resolv_conf.empty());
  }

  TEST_CASE("etc: name servers of the host's loopback are left out") {
    const EtcFiles files = make_etc_files(
        "box", "# by hand\nnameserver 127.0.0.53\nnameserver\t::1\nnameserver 9.9.9.9\nsearch lan");
    CHECK(files.resolv_conf == "# by hand\nnameserver 9.9.9.9\nsearch lan\n");
  }

  TEST_CASE("etc: an id is 64 hexadecimal digits and no two are the same") {
    const std::string id = random_id();
    CHECK(id.size() == 64);
    CHECK(id.find_first_not_of("0123456789abcdef") == id.npos);
    CHECK(random_id() != id);
  }

  TEST_CASE("etc: host names are what the kernel and a resolver take") {
    CHECK_NOTHROW(check_hostname("a"));
    CHECK_NOTHROW(check_hostname("box-1.lan"));
    CHECK_NOTHROW(check_hostname(std::string(64, 'a')));
    CHECK_THROWS_WITH_AS(check_hostname(""), "host name '': it is empty", std::runtime_error);
    CHECK_THROWS_AS(check_hostname(std::string(65, 'a')), std::runtime_error);
    for (const char* name : {"a b", "a_b", "a/b", "ä", "a\n", "-a", ".a"}) {
      CAPTURE(name);
      CHECK_THROWS_AS(check_hostname(name), std::runtime_error);
    }
  }
}
