#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toolkit/check/probe/test_talk.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/test.hpp"

using toolkit::test::built;
using toolkit::test::Outcome;
using toolkit::test::Talk;
using toolkit::test::TempDir;

namespace {

std::string status_of(pid_t pid, const std::string& name) {
  const std::string status = toolkit::read_file("/proc/" + std::to_string(pid) + "/status");
  for (const std::string_view line : toolkit::lines(status)) {
    if (line.starts_with(name + ":"))
      return std::string(toolkit::trim(line.substr(name.size() + 1)));
  }
  return "no line " + name;
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("probe: says its word and its pid, to which the kernel is a witness") {
    Talk probe;
    const std::string pid = std::to_string(probe.process().pid());
    CHECK(probe.hello() == "hello k2x9 " + pid);
    CHECK(probe.told_pid() == probe.process().pid());
    CHECK(probe.ask("getpid") == pid);
    CHECK(probe.hang_up().shell_code() == 0);
  }

  TEST_CASE("probe: gives back its arguments and environment") {
    Talk probe({.arguments = {"k2x9", "two words", "", "a\nb"},
                .before = [] { ::setenv("COOPERAGE_WORD", "oak", 1); }});
    CHECK(probe.ask("argv 1") == "k2x9");
    CHECK(probe.ask("argv 2") == "two words");
    CHECK(probe.ask("argv 3").empty());
    CHECK(probe.ask("argv 4") == "a\\nb");
    CHECK(probe.ask("argv 5") == "!EINVAL");
    CHECK(probe.ask("env COOPERAGE_WORD") == "oak");
    CHECK(probe.ask("env COOPERAGE_NONE") == "!unset");
  }

  TEST_CASE("probe: tells names and directory") {
    std::array<char, 256> host{};
    REQUIRE(::gethostname(host.data(), host.size()) == 0);
    std::array<char, 256> domain{};
    REQUIRE(::getdomainname(domain.data(), domain.size()) == 0);
    Talk probe({.before = [] { toolkit::check(::chdir("/usr"), "chdir"); }});
    CHECK(probe.ask("hostname") == host.data());
    CHECK(probe.ask("domainname") == domain.data());
    CHECK(probe.ask("cwd") == "/usr");
  }

  TEST_CASE("probe: opens, reads, lists and writes") {
    const TempDir place;
    const std::string file = place.file("deep/b", "first line\nsecond\n");
    place.file("deep/a", "");
    Talk probe;
    CHECK(probe.ask("open " + file) == "ok");
    CHECK(probe.ask("open " + place.at("none")) == "ENOENT");
    CHECK(probe.ask("read " + file) == "first line");
    CHECK(probe.ask("read " + place.at("none")) == "!ENOENT");
    CHECK(probe.ask("read " + place.path()) == "!EISDIR");
    CHECK(probe.ask("list " + place.at("deep")) == "a b");
    CHECK(probe.ask("list " + file) == "!ENOTDIR");
    CHECK(probe.ask("write " + place.at("new") + " some words") == "ok");
    CHECK(toolkit::read_file(place.at("new")) == "some words");
    CHECK(probe.ask("write " + place.at("none/new") + " x") == "ENOENT");
  }

  TEST_CASE("probe: a fifo blocks nobody") {
    const TempDir place;
    REQUIRE(::mkfifo(place.at("fifo").c_str(), 0600) == 0);
    Talk probe;
    CHECK(probe.ask("open " + place.at("fifo")) == "ok");
    CHECK(probe.ask("read " + place.at("fifo")).empty());
  }

  TEST_CASE("probe: describes an entry as the kernel does") {
    const TempDir place;
    struct stat entry {};
    REQUIRE(::stat(place.path().c_str(), &entry) == 0);
    Talk probe;
    CHECK(probe.ask("stat " + place.path()).starts_with("directory "));
    const std::string inode = " inode " + std::to_string(entry.st_ino) + " mode 0700 rdev 0:0";
    CHECK(probe.ask("stat " + place.path()).ends_with(inode));
    CHECK(probe.ask("stat /dev/null").starts_with("char "));
    CHECK(probe.ask("stat /dev/null").ends_with(" rdev 1:3"));
    CHECK(probe.ask("stat " + place.at("none")) == "!ENOENT");
  }

  TEST_CASE("probe: opens below a descriptor that it was left") {
    const TempDir place;
    place.file("inside", "x");
    Talk probe({.before = [&] {
      const toolkit::Fd directory = toolkit::open_file(place.path(), O_PATH | O_DIRECTORY);
      toolkit::check(::dup2(directory.get(), 7), "dup2");
    }});
    CHECK(probe.ask("openat 7 inside") == "ok");
    CHECK(probe.ask("openat 7 outside") == "ENOENT");
    CHECK(probe.ask("openat 8 inside") == "EBADF");
  }

  TEST_CASE("probe: answers what is no command") {
    Talk probe;
    for (const char* bad : {"",          " ",        "nothing",    "exit",      "exit x",
                            "exit -1",   "kill 0",   "kill 65",    "catch",     "catch 99999999999",
                            "caught 15", "await 15", "argv",       "orphans 0", "getpid 1",
                            "openat",    "openat 3", "openat x y", "EXIT 0",    "read"}) {
      CAPTURE(bad);
      CHECK(probe.ask(bad) == "!EINVAL");
    }
    CHECK(probe.ask("catch 9") == "EINVAL");
  }

  TEST_CASE("probe: a line may have 64 KiB, and a longer one ends nothing") {
    Talk probe;
    const std::string longest = "env " + std::string(65536 - 5, 'x');
    CHECK(probe.ask(longest) == "!unset");
    CHECK(probe.ask(longest + "x") == "!EMSGSIZE");
    CHECK(probe.ask(std::string(1U << 20U, 'x')) == "!EMSGSIZE");
    CHECK(probe.ask("argv 1") == "k2x9");
  }

  TEST_CASE("probe: lines may come in pieces and together") {
    Talk probe;
    probe.send("argv");
    probe.send(" 1\nargv 1\nar");
    probe.send("gv 1\n");
    for (int i = 0; i < 3; ++i) CHECK(probe.line() == "k2x9");
  }

  TEST_CASE("probe: a socket of messages is as good") {
    Talk probe({.socket_type = SOCK_SEQPACKET});
    CHECK(probe.told_pid() == probe.process().pid());
    probe.send("env " + std::string(65536 - 5, 'x') + "\n");
    probe.send("argv 1\n");
    CHECK(probe.line() == "!unset");
    CHECK(probe.line() == "k2x9");
    CHECK(probe.hang_up().shell_code() == 0);
  }

  TEST_CASE("probe: ends as it is told") {
    for (const auto& [command, status] :
         std::vector<std::pair<std::string, int>>{{"exit 0", 0},
                                                  {"exit 42", 42},
                                                  {"kill 9", 137},
                                                  {"kill 15", 143},
                                                  {"kill 13", 141},
                                                  {"kill 11", 139}}) {
      CAPTURE(command);
      Talk probe;
      CHECK(probe.ask(command).empty());
      CHECK(probe.process().wait().shell_code() == status);
    }
  }

  TEST_CASE("probe: a signal it was started without ends it, too") {
    Talk probe({.before = [] {
      sigset_t all{};
      ::sigfillset(&all);
      ::sigprocmask(SIG_BLOCK, &all, nullptr);
      ::signal(SIGTERM, SIG_IGN);
    }});
    CHECK(probe.ask("kill 15").empty());
    CHECK(probe.process().wait().shell_code() == 143);
  }

  TEST_CASE("probe: counts the signals that it catches") {
    Talk probe;
    CHECK(probe.ask("catch 15") == "ok");
    CHECK(probe.ask("catch 10") == "ok");
    CHECK(probe.ask("caught 15") == "0");
    probe.process().signal(SIGTERM);
    CHECK(probe.ask("await 15") == "ok");
    CHECK(probe.ask("caught 15") == "1");
    CHECK(probe.ask("caught 10") == "0");
  }

  TEST_CASE("probe: waits for a signal that comes later") {
    Talk probe;
    CHECK(probe.ask("catch 1") == "ok");
    probe.send("await 1\n");
    const std::string call = "/proc/" + std::to_string(probe.process().pid()) + "/syscall";
    while (!toolkit::read_file(call).starts_with(std::to_string(SYS_ppoll) + " ")) ::sched_yield();
    probe.process().signal(SIGHUP);
    CHECK(probe.line() == "ok");
  }

  TEST_CASE("probe: a wait for what never comes ends with who asked") {
    Talk probe;
    CHECK(probe.ask("catch 1") == "ok");
    probe.send("await 1\n");
    CHECK(probe.hang_up().shell_code() == 0);
  }

  TEST_CASE("probe: leaves mask and descriptors as it was given them") {
    Talk probe({.before = [] {
      sigset_t usr2{};
      ::sigemptyset(&usr2);
      ::sigaddset(&usr2, SIGUSR2);
      ::sigprocmask(SIG_BLOCK, &usr2, nullptr);
    }});
    const pid_t pid = probe.process().pid();
    const std::string before = probe.ask("list /proc/self/fd");
    CHECK(probe.ask("catch 15") == "ok");
    probe.process().signal(SIGTERM);
    CHECK(probe.ask("await 15") == "ok");
    CHECK(probe.ask("escape /none") == "no");
    CHECK(status_of(pid, "SigBlk") == "0000000000000800");
    CHECK(probe.ask("list /proc/self/fd") == before);
  }

  TEST_CASE("probe: starts a child that waits and holds nothing") {
    Talk probe;
    CHECK(probe.ask("catch 15") == "ok");
    const std::string child = probe.ask("fork");
    const auto pid = static_cast<pid_t>(toolkit::parse_id(child).value());
    const toolkit::Fd child_fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    CHECK(status_of(pid, "PPid") == std::to_string(probe.process().pid()));
    CHECK(toolkit::read_file("/proc/" + child + "/cmdline").find("k2x9") != std::string::npos);
    CHECK(probe.ask("exit 3").empty());  // it waits for whatever holds the other end
    CHECK(probe.process().wait().shell_code() == 3);
    CHECK(::kill(pid, SIGTERM) == 0);
    pollfd ended{.fd = child_fd.get(), .events = POLLIN, .revents = 0};
    CHECK(::poll(&ended, 1, -1) == 1);
  }

  TEST_CASE("probe: leaves orphans to whoever takes them over, and keeps nothing") {
    toolkit::check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
    Talk probe;
    const std::string before = probe.ask("list /proc/self/fd");
    CHECK(probe.ask("orphans 20") == "20");
    CHECK(probe.ask("list /proc/self/fd") == before);
    const std::string pid = std::to_string(probe.process().pid());
    CHECK(toolkit::read_file("/proc/" + pid + "/task/" + pid + "/children").empty());
    int ended = 0;
    for (int status = 0; ended < 20 && ::waitpid(-1, &status, 0) > 0; ++ended) {
      CHECK(status == 7 << 8);
    }
    CHECK(ended == 20);
    toolkit::check(::prctl(PR_SET_CHILD_SUBREAPER, 0), "prctl");
  }

  TEST_CASE("probe: without a socket it says to people what it sees, and ends") {
    const Outcome outcome = toolkit::test::run({built("libexec/cooperage/probe"), "k2x9"});
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    CHECK(outcome.out.find("probe k2x9\n") != std::string::npos);
    CHECK(outcome.out.find("\nhost name  ") != std::string::npos);
  }

  TEST_CASE("probe: is small, for a copy is made of it for each machine") {
    CHECK(std::filesystem::file_size(built("libexec/cooperage/probe")) < 900'000);
  }
}
