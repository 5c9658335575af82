#include "toolkit/kernel/ns.hpp"

#include <linux/sched.h>

#include "toolkit/test/test.hpp"

using toolkit::flags;
using toolkit::has;
using toolkit::Ns;

TEST_SUITE("unit") {
  TEST_CASE("ns: the kinds are the kernel's own numbers") {
    CHECK(flags(Ns::none) == 0);
    CHECK(flags(Ns::time) == CLONE_NEWTIME);
    CHECK(flags(Ns::mount) == CLONE_NEWNS);
    CHECK(flags(Ns::user | Ns::pid) == (CLONE_NEWUSER | CLONE_NEWPID));
  }

  TEST_CASE("ns: has asks for all of the kinds wanted") {
    const Ns two = Ns::user | Ns::mount;
    CHECK(has(two, Ns::user));
    CHECK(has(two, Ns::user | Ns::mount));
    CHECK_FALSE(has(two, Ns::user | Ns::net));
    CHECK_FALSE(has(Ns::none, Ns::user));
  }

  TEST_CASE("ns: a kind added is there and the others stay") {
    Ns kinds = Ns::user;
    kinds |= Ns::net;
    CHECK(kinds == (Ns::user | Ns::net));
    CHECK((kinds & Ns::net) == Ns::net);
  }
}
