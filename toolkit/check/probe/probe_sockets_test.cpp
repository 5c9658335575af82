#include <doctest/doctest.h>

#include "toolkit/check/probe/test_talk.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace {

using toolkit::Ns;
using toolkit::test::Talk;

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("probe: listens, and another one reaches it") {
    NEEDS_USER_NAMESPACES();
    toolkit::test::inside(Ns::net, [] {
      toolkit::bring_loopback_up();
      Talk listener;
      Talk other;
      CHECK(other.ask("tcp-connect 8080") == "ECONNREFUSED");
      CHECK(listener.ask("tcp-listen 8080") == "ok");
      CHECK(other.ask("tcp-listen 8080") == "EADDRINUSE");
      CHECK(other.ask("tcp-connect 8080") == "ok");
    });
  }

  TEST_CASE("probe: in another network namespace it reaches nobody") {
    NEEDS_USER_NAMESPACES();
    toolkit::test::inside(Ns::net, [] {
      toolkit::bring_loopback_up();
      Talk listener;
      REQUIRE(listener.ask("tcp-listen 8080") == "ok");
      Talk other({.before = [] { toolkit::unshare(Ns::net); }});
      CHECK(other.ask("tcp-connect 8080") == "ENETUNREACH");
      CHECK(other.ask("abstract-connect nobody") == "ECONNREFUSED");
    });
  }
}
