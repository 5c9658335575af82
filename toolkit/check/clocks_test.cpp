#include "toolkit/check/clocks.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::checks::ahead_by;
using toolkit::checks::offsets_of;

namespace {

/// A process whose monotonic clock is 1000.5 seconds ahead and whose boot clock is 2000 seconds ahead.
toolkit::Process make_ahead() {
  toolkit::Pipe ready = toolkit::make_pipe();
  toolkit::Process process = toolkit::Process::spawn({.namespaces = toolkit::Ns::user}, [&] {
    toolkit::unshare(toolkit::Ns::time);
    toolkit::write_file("/proc/self/timens_offsets", "monotonic 1000 500000000\nboottime 2000 0\n");
    toolkit::enter(toolkit::open_file("/proc/self/ns/time_for_children", O_RDONLY),
                   toolkit::Ns::time);
    ready.write.reset();
    ::pause();
  });
  ready.write.reset();
  toolkit::read_all(ready.read, "ready");
  return process;
}

bool is_about(double value, double wanted) { return value > wanted - 1 && value < wanted + 1; }

}  // namespace

TEST_SUITE("kernel") {
  TEST_CASE("[time namespaces] clocks: offsets and readings of another time namespace") {
    NEEDS_USER_NAMESPACES();
    SKIP_UNLESS(toolkit::checks::has_time_namespaces(), "no time namespaces");
    const toolkit::Process ahead = make_ahead();
    CHECK(offsets_of(ahead.pid()).monotonic == 1000.5);
    CHECK(offsets_of(ahead.pid()).boottime == 2000);
    const auto own = offsets_of(::getpid());
    CHECK(is_about(ahead_by(ahead.pid(), CLOCK_MONOTONIC), 1000.5 - own.monotonic));
    CHECK(is_about(ahead_by(ahead.pid(), CLOCK_BOOTTIME), 2000 - own.boottime));
    CHECK(is_about(ahead_by(ahead.pid(), CLOCK_REALTIME), 0));
    CHECK(is_about(ahead_by(::getpid(), CLOCK_MONOTONIC), 0));
  }
}
