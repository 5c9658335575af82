#include "toolkit/kernel/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "toolkit/test/test.hpp"

using toolkit::SystemError;

TEST_SUITE("unit") {
  TEST_CASE("error: reads as operation and subject and the system's own words") {
    CHECK(std::string(SystemError(EPERM, "mount", "/proc").what()) ==
          "mount '/proc': Operation not permitted");
  }

  TEST_CASE("error: without a subject there are no empty quotes") {
    CHECK(std::string(SystemError(EINVAL, "clone3", "").what()) == "clone3: Invalid argument");
  }

  TEST_CASE("error: number and operation and subject can be asked for") {
    const SystemError error(ENOENT, "open", "/nowhere");
    CHECK(error.number() == ENOENT);
    CHECK(error.operation() == "open");
    CHECK(error.subject() == "/nowhere");
  }

  TEST_CASE("error: is an error of the standard's kind with a portable condition") {
    const SystemError error(ENOENT, "open", "/nowhere");
    const std::system_error& standard = error;
    CHECK(standard.code() == std::errc::no_such_file_or_directory);
  }

  TEST_CASE("error: throw_errno takes errno as it stands") {
    errno = EBUSY;
    CHECK_THROWS_WITH_AS(toolkit::throw_errno("pivot_root", "."),
                         "pivot_root '.': Device or resource busy", SystemError);
  }

  TEST_CASE("error: check turns the -1 of a call into an exception") {
    CHECK_THROWS_WITH_AS(toolkit::check(::open("/nowhere", O_RDONLY), "open", "/nowhere"),
                         "open '/nowhere': No such file or directory", SystemError);
  }

  TEST_CASE("error: check passes any other result on in its own type") {
    CHECK(toolkit::check(0, "close") == 0);
    CHECK(toolkit::check(-2, "nice") == -2);
    CHECK(toolkit::check(ssize_t{1} << 40U, "sendfile") == ssize_t{1} << 40U);
    CHECK_THROWS_AS(toolkit::check(ssize_t{-1}, "read"), SystemError);
  }
}
