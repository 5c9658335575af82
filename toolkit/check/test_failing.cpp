// A program that fails in the way that its name says, "pivot_root EBUSY": what explain_test.cpp has the
// checker look at. Of several ways to it not all are open there.
#include <sys/mount.h>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/test_causes.hpp"
#include "toolkit/test/test.hpp"

namespace {

/// Fails in no call: what it binds can be written, unless it is told again.
void bind_read_only(unsigned long then) {
  constexpr unsigned long kAtOnce = MS_BIND | MS_RDONLY;
  CHECK(::mount("/w", "/w", nullptr, kAtOnce, nullptr) == 0);
  if (then != 0) CHECK(::mount(nullptr, "/w", nullptr, kAtOnce | then, nullptr) == 0);
}

}  // namespace

TEST_CASE("fails as its name says") {
  const std::string words = toolkit::read_file("/proc/self/cmdline");
  const std::string name = words.substr(0, words.find('\0'));
  if (name == "bind MS_RDONLY") bind_read_only(0);
  if (name == "bind and remount MS_RDONLY") bind_read_only(MS_REMOUNT);
  for (const toolkit::test::Cause& cause : toolkit::test::all_causes()) {
    if (toolkit::test::name_of(cause) != name) continue;
    try {
      toolkit::test::as_caller(cause, [&] { static_cast<void>(cause.fail()); });
    } catch (const std::exception&) {  // NOLINT: this way is closed on a checker's machine
    }
  }
}
