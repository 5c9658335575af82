#include "toolkit/check/signals.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include "toolkit/check/context.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

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
    CHECK(is_in_mask(::getpid(), "SigBlk", SIGUSR1));
    CHECK_FALSE(is_in_mask(::getpid(), "SigCgt", SIGUSR1));
    int taken = 0;
    ::sigwait(&only, &taken);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("signals: those that do not come to a payload are told, and how often they came") {
    NEEDS_USER_NAMESPACES();
    context() = {};
    context().settings = {
        .subject = "/usr/bin/env", .probe = test::built("libexec/cooperage/probe"), .name = "env"};
    Machine machine;
    Subject subject = machine.start({machine.probe(), machine.word()});
    CHECK_FALSE(send_each(subject, subject.payload(), {}));
    CHECK(send_each(subject, subject.payload(), {})->times == "2");
    CHECK_FALSE(wakes(machine.keeper(), SIGTERM));  // process 1, and no handler
    CHECK(wakes(subject.payload(), SIGTERM));
    Subject third = machine.start({machine.probe(), machine.word()});
    const Process deaf = machine.spawn([] { ::pause(); });
    CHECK(send_each(third, deaf.pid(), {deaf.pid()})->times == "0");
  }
}

}  // namespace toolkit::checks
