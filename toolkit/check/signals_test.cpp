#include "toolkit/check/signals.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

namespace toolkit::checks {

TEST_SUITE("unit") {
  TEST_CASE("signals: have names, and processes have signals") {
    CHECK(signal_name(SIGUSR1) == "SIGUSR1");
    CHECK(signal_name(NSIG) == "signal " + std::to_string(NSIG));
    CHECK(is_alive(::getpid()));
    CHECK_FALSE(is_pending(::getpid(), SIGUSR1));
    sigset_t only{};
    sigset_t before{};
    ::sigemptyset(&only);
    ::sigaddset(&only, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &only, &before);
    ::kill(::getpid(), SIGUSR1);
    CHECK(is_pending(::getpid(), SIGUSR1));
    int taken = 0;
    ::sigwait(&only, &taken);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
  }
}

}  // namespace toolkit::checks
