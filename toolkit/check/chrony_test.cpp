#include <signal.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>

#include "toolkit/check/random.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::Ns;
using toolkit::Process;
using toolkit::test::Outcome;

namespace {

constexpr const char* kChronyd = "/usr/sbin/chronyd";

Process serve(const std::string& directory, const std::string& configuration) {
  return Process::spawn({}, [&] {
    const toolkit::Fd log = toolkit::open_file(directory + "/log", O_WRONLY | O_CREAT, 0600);
    ::dup2(log.get(), STDOUT_FILENO);
    ::dup2(log.get(), STDERR_FILENO);
    // -x: it never touches the clock. -d: it stays in the foreground.
    ::execl(kChronyd, "chronyd", "-x", "-d", "-u", "root", "-f", configuration.c_str(), nullptr);
  });
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("[chrony] time: the solution asks a real server") {
    NEEDS_USER_NAMESPACES();
    SKIP_UNLESS(
        ::access(kChronyd, X_OK) == 0,
        "no chronyd: apt-get download chrony, dpkg -x, and a link to it at /usr/sbin/chronyd; "
        "installed as a package, it would set the clock of this machine");
    SKIP_UNLESS(::access(toolkit::test::built("solutions/10-time").c_str(), X_OK) == 0,
                "the solution was not built");
    toolkit::test::inside(Ns::net | Ns::mount, [] {
      toolkit::bring_loopback_up();
      const toolkit::test::TempDir directory;
      const std::string port = std::to_string(toolkit::checks::random_number(20000, 60000));
      const std::string configuration = directory.file(
          "conf", "local stratum 3\nport " + port +
                      "\ncmdport 0\nbindaddress 127.0.0.1\nallow 127.0.0.1\npidfile " +
                      directory.at("pid") + "\ndriftfile " + directory.at("drift") + '\n');
      const Process server = serve(directory.path(), configuration);
      // Until it listens, the kernel refuses at once.
      Outcome asked;
      for (int left = 1000; left > 0; --left) {
        asked = toolkit::test::run(
            {toolkit::test::built("solutions/10-time"), "--ask", "127.0.0.1:" + port});
        if (asked.err.find("Connection refused") == std::string::npos) break;
      }
      CAPTURE(asked.err);
      CAPTURE(toolkit::read_file(directory.at("log")));
      REQUIRE(asked.status == 0);
      // It serves the clock of this very machine: nothing else than nearly nothing is right.
      CHECK(std::abs(std::strtod(asked.out.c_str(), nullptr)) < 0.1);
    });
  }
}
