#include <signal.h>
#include <unistd.h>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

using namespace toolkit;
using namespace toolkit::test;

namespace {

void reaps(Yard& yard) {
  // With --init the shell is PID 2: what it does not wait for is PID 1's, and none stays a zombie.
  const Outcome outcome =
      yard.box({"--init"}, {"sh", "-c",
                            "probe orphans 500; kill -0 1; while grep -l 'State:.Z' "
                            "/proc/[0-9]*/status 2>&-; do :; done; exit 9"});
  CHECK(outcome.status == 9);
  CHECK(outcome.err == "");
}

void is_first(Yard& yard) {
  const Live live(yard, {"--init"});
  CHECK(status_of(live.pid(), "Name") != "cat");
  CHECK(status_of(live.pid(), "NSpid").ends_with("\t1"));
}

void forwards(Yard& yard) {
  for (const int number : {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGINT}) {
    CAPTURE(number);
    Live live(yard, {"--init"});
    live.cooper().signal(number);
    CHECK(live.cooper().wait().shell_code() == 128 + number);
  }
}

void traps(Yard& yard) {
  Live live(yard, {}, "trap 'echo got; exit 5' TERM; echo ready; read line");
  live.cooper().signal(SIGTERM);
  CHECK(live.line() == "got");
  CHECK(live.cooper().wait().shell_code() == 5);
}

/// Ctrl-C without -t is a SIGINT to cooper; PID 1 that has no handler for it takes no notice.
void tells_how_to_end_it(Yard& yard) {
  Pipe in = make_pipe();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Process cooper = start(yard.boxed({"-i"}, {"cat"}), in.read, out.write, err.write);
  in.read.reset();
  out.write.reset();
  err.write.reset();
  cooper.await_exec();
  write_all(in.write, "ready\n", "container");
  std::array<char, 6> ready{};
  REQUIRE(::read(out.read.get(), ready.data(), ready.size()) == 6);
  for (int i = 0; i < 3; ++i) {
    cooper.signal(SIGINT);
    while (status_of(cooper.pid(), "ShdPnd").find_first_not_of('0') != std::string::npos) {
    }
  }
  std::string line;
  for (char byte = 0; ::read(err.read.get(), &byte, 1) == 1 && byte != '\n';) line.push_back(byte);
  CHECK(line.starts_with("cooper: the command goes on after three Ctrl-C; end it with: kill -9 "));
  in.write.reset();
  CHECK(cooper.wait().shell_code() == 0);
  CHECK(read_all(err.read, "stderr").empty());  // once, not at each further one
}

std::string hash(const std::string& sums) { return sums.substr(0, 64); }

/// Bytes of every value through stdin and stdout, compared by their sums.
void pass_bytes(Yard& yard, const std::string& mebibytes) {
  const std::string cooper = [&] {
    std::string all;
    for (const std::string& word : yard.boxed({"-i"}, {"cat"})) all += shell_quote(word) + ' ';
    return all;
  }();
  const Outcome outcome = run({"bash", "-o", "pipefail", "-c",
                               "head -c " + mebibytes + "M /dev/urandom | tee >(sha256sum >&2) | " +
                                   cooper + "| sha256sum"});
  CHECK(outcome.status == 0);
  CHECK(hash(outcome.out).size() == 64);
  CHECK(hash(outcome.out) == hash(outcome.err));
}

void bytes(Yard& yard) { pass_bytes(yard, "64"); }
void many_bytes(Yard& yard) { pass_bytes(yard, "1024"); }

void inputs(Yard& yard) {
  CHECK(yard.box({"-i"}, {"cat"}, "of the caller").out == "of the caller");
  CHECK(yard.box({}, {"cat"}, "not for it").out.empty());
  CHECK(yard.box({"-i"}, {"wc", "-c"}, std::string(3, '\0')).out == "3\n");
}

/// PID 1 is spared the SIGPIPE, as any signal that it has no handler for; below --init nobody is.
void closed_pipe(Yard& yard) {
  std::string cooper;
  for (const std::string& word : yard.boxed({"--init"}, {"sh", "-c", "while :; do echo y; done"}))
    cooper += shell_quote(word) + ' ';
  CHECK(run({"bash", "-c", cooper + "| head -1; echo ${PIPESTATUS[0]}"}).out == "y\n141\n");
}

void closed_standard_files(Yard& yard) {
  std::string cooper;
  for (const std::string& word :
       yard.boxed({"-i"}, {"sh", "-c", "echo out; echo err >&2; cat; exit 3"}))
    cooper += shell_quote(word) + ' ';
  CHECK(run({"bash", "-c", cooper + "<&- >&- 2>&-"}).status == 3);
  CHECK(run({"bash", "-c", cooper + "<&- 2>&-"}).out == "out\n");
  CHECK(run({"bash", "-c", cooper + "<&- >&-"}).err == "err\n");
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("init: 500 orphans are reaped and the status comes back", reaps);
  AS_BOTH("init: PID 1 is not the command", is_first);

  AS_BOTH("init: signals end a command that has no handler for them", forwards);
  AS_BOTH("signals: the command's own handler gets them", traps);

  AS_BOTH("signals: after three Ctrl-C that do nothing cooper says how to end it",
          tells_how_to_end_it);
  AS_BOTH("pipe: 64 MiB of any bytes pass unharmed", bytes);

  AS_BOTH("pipe: -i is the caller's input and without it there is none", inputs);

  AS_BOTH("pipe: a reader that leaves ends the command", closed_pipe);

  AS_BOTH("pipe: standard files that are closed stay harmless", closed_standard_files);
}

TEST_SUITE("long") { AS_BOTH("pipe: a GiB of any bytes passes unharmed", many_bytes); }
