#include "toolkit/check/syscalls.hpp"

#include <sys/syscall.h>

#include <cerrno>

#include "toolkit/test/test.hpp"

using toolkit::checks::errno_name;
using toolkit::checks::syscall_name;

TEST_SUITE("unit") {
  TEST_CASE("syscalls: a number has its name") {
    CHECK(syscall_name(SYS_read) == "read");
    CHECK(syscall_name(SYS_pivot_root) == "pivot_root");
    CHECK(syscall_name(SYS_clone3) == "clone3");
    CHECK(syscall_name(SYS_mount_setattr) == "mount_setattr");
    CHECK(syscall_name(449) == "futex_waitv");
    CHECK(syscall_name(462) == "mseal");
  }

  TEST_CASE("syscalls: what is no number of a call has none") {
    for (const long number : {-1L, 423L, 5000L, 1L << 40}) {
      CAPTURE(number);
      CHECK(syscall_name(number).empty());
    }
  }

  TEST_CASE("syscalls: no name is missing among those that every kernel has") {
    constexpr long kFirstNew = 424;
    constexpr long kLastNew = 467;
    for (long number = kFirstNew; number <= kLastNew; ++number) {
      CAPTURE(number);
      CHECK_FALSE(syscall_name(number).empty());
    }
  }

  TEST_CASE("syscalls: an errno has its name") {
    CHECK(errno_name(EBUSY) == "EBUSY");
    CHECK(errno_name(EPERM) == "EPERM");
    CHECK(errno_name(4000).empty());
  }
}
