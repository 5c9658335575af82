#include "toolkit/kernel/limits.hpp"

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::lower_limit;
using toolkit::SystemError;
using toolkit::test::in_child;

namespace {

rlimit limit_of(int resource) {
  rlimit value{};
  toolkit::check(::getrlimit(static_cast<__rlimit_resource_t>(resource), &value), "getrlimit");
  return value;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("limits: both limits are lowered") {
    in_child([] {
      lower_limit(RLIMIT_NOFILE, 20, "RLIMIT_NOFILE");
      CHECK(limit_of(RLIMIT_NOFILE).rlim_cur == 20);
      CHECK(limit_of(RLIMIT_NOFILE).rlim_max == 20);
    });
  }

  TEST_CASE("limits: a limit that is lower already stays, and the soft one goes up to it") {
    in_child([] {
      const rlimit before{.rlim_cur = 10, .rlim_max = 15};
      toolkit::check(::setrlimit(RLIMIT_NOFILE, &before), "setrlimit");
      lower_limit(RLIMIT_NOFILE, 20, "RLIMIT_NOFILE");
      CHECK(limit_of(RLIMIT_NOFILE).rlim_cur == 15);
      CHECK(limit_of(RLIMIT_NOFILE).rlim_max == 15);
    });
  }

  TEST_CASE("limits: what the kernel does not limit is an error with its name") {
    try {
      lower_limit(1000, 0, "RLIMIT_NONE");
      FAIL("it was set");
    } catch (const SystemError& error) {
      CHECK(error.number() == EINVAL);
      CHECK(std::string(error.what()).find("RLIMIT_NONE") != std::string::npos);
    }
  }
}
