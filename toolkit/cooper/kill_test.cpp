#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "toolkit/container/state.hpp"
#include "toolkit/cooper/test_ground.hpp"
#include "toolkit/cooper/test_tracer.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"

namespace toolkit::test {
namespace {

/// How many of the points of a start are tried.
enum class Points { sample, all };

/// One kind of start that is killed again and again.
struct Series {
  Caller caller = Caller::root;
  Role victim = Role::cooper;
  Order order = Order::as_it_comes;
  Points points = Points::sample;
  std::vector<std::string> options = {};  ///< of `run`
};

/// Beyond the last call: the command runs already.
constexpr std::size_t kWhileItRuns = 1'000'000;

std::vector<std::size_t> choose(std::size_t total, Points points) {
  constexpr std::size_t kSample = 35;
  const std::size_t step = points == Points::all ? 1 : std::max<std::size_t>(1, total / kSample);
  std::vector<std::size_t> chosen;
  for (std::size_t call = 1; call <= total; call += step) chosen.push_back(call);
  chosen.push_back(kWhileItRuns);
  return chosen;
}

class KillSeries {
 public:
  explicit KillSeries(Series series) : series_(std::move(series)), ground_(series_.caller) {}

  void run() {
    const std::size_t total = start("count", {"true"}, 0).calls.size();
    REQUIRE(total > 100);
    const HostState before = host_state();
    const std::vector<std::size_t> points = choose(total, series_.points);
    for (const std::size_t call : points) try_point(call, before);
    std::cout << points.size() << " of " << total << " points" << std::endl;
  }

 private:
  Traced start(const std::string& state, const std::vector<std::string>& command,
               std::size_t kill_at) {
    std::vector<std::string> words = series_.options;
    words.insert(words.end(), {"--rootfs", ground_.rootfs() + ":O"});
    words.insert(words.end(), command.begin(), command.end());
    return trace(ground_.run_words(ground_.own(state), words),
                 {.order = series_.order,
                  .kill = {.victim = series_.victim, .call = kill_at},
                  .uid = ground_.uid()});
  }

  void try_point(std::size_t call, const HostState& before) {
    CAPTURE(call);
    const std::string state = std::to_string(call);
    const Traced traced = start(state, {"sleep", "1000"}, call);
    CAPTURE(traced.err);
    REQUIRE(traced.outlived.empty());  // each would cost as long again
    CHECK(host_state() == before);
    if (series_.victim == Role::container) {
      check_reported(traced);
      CHECK(entries(ground_.own(state) + "/run").empty());
    }
    check_next(ground_.own(state));
    CHECK(host_state() == before);
  }

  /// A container that was killed is an end like others, or a start that failed with one line, and the
  /// advice for it.
  static void check_reported(const Traced& traced) {
    const bool ended = traced.status == 137 && traced.err.empty();
    const bool failed =
        traced.status == 125 && traced.err.starts_with("cooper: ") && lines(traced.err).size() <= 2;
    const bool before_it_was = traced.at && traced.at->caller == Role::cooper;
    CAPTURE(traced.status);
    CHECK((ended || failed || before_it_was));
  }

  /// The next cooper works, and names and removes what is left.
  void check_next(const std::string& state) {
    const std::set<std::string> left = entries(state + "/run");
    const Outcome next = test::run(
        ground_.as_caller(ground_.run_words(state, {"--rootfs", ground_.rootfs() + ":O", "true"})));
    CAPTURE(next.err);
    CHECK(next.status == 0);
    CHECK(lines(next.err).size() == left.size());
    for (const std::string& id : left) CHECK(next.err.find(id.substr(0, 12)) != next.err.npos);
    CHECK(entries(state + "/run").empty());
    CHECK(entries(state + "/mnt").empty());
  }

  Series series_;
  Ground ground_;
};

void run_series(const Series& series) {
  in_child([&] {
    if (is_root()) leave_machine();  // a rootless start, too, is made from there
    KillSeries(series).run();
  });
}

void run_orders(Series series) {
  for (const Order order : {Order::as_it_comes, Order::cooper_first, Order::container_first}) {
    series.order = order;
    CAPTURE(static_cast<int>(order));
    run_series(series);
  }
}

/// A process that nobody waits for but who holds this.
Fd hold(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

bool has_ended(const Fd& pidfd) {
  pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 0) == 1;
}

/// Starts a command that clears its PDEATHSIG, and kills the cooper above it.
pid_t leave_orphan(const Ground& ground, const std::string& state) {
  Pipe out = make_pipe();
  const std::vector<std::string> words =
      ground.as_caller(ground.run_words(state, {"--rootfs", ground.rootfs() + ":O", "orphan"}));
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  Process cooper = Process::spawn({}, [&] {
    check(::dup2(out.write.get(), 1), "dup2");
    check(::execvp(argv[0], argv.data()), "exec", words.front());
  });
  out.write.reset();
  std::string said(8, '\0');
  REQUIRE(::read(out.read.get(), said.data(), said.size()) == 8);
  REQUIRE(said == "cleared\n");
  const std::set<std::string> records = entries(state + "/run");
  REQUIRE(records.size() == 1);
  const auto recorded = parse_recorded_process(read_file(state + "/run/" + *records.begin()));
  REQUIRE(recorded);
  cooper.signal(SIGKILL);
  cooper.wait();
  return recorded->pid;
}

void check_orphan(Caller caller) {
  in_child([&] {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    const Ground ground(caller);
    const std::string state = ground.own("state");
    const pid_t orphan = leave_orphan(ground, state);
    const Fd held = hold(orphan);
    CHECK_FALSE(has_ended(held));
    const Outcome next = run(
        ground.as_caller(ground.run_words(state, {"--rootfs", ground.rootfs() + ":O", "true"})));
    CHECK(next.status == 0);
    CHECK(has_ended(held));
    CHECK(next.err.find("process " + std::to_string(orphan)) != next.err.npos);
    CHECK(entries(state + "/run").empty());
    ::kill(orphan, SIGKILL);  // ours to reap until the line below, so the number is still its own
    ::waitpid(orphan, nullptr, 0);
  });
}

}  // namespace
}  // namespace toolkit::test

using namespace toolkit::test;  // NOLINT: a test file

#define NEEDS(caller)                                              \
  const std::string lack = toolkit::test::cannot_trace_as(caller); \
  SKIP_UNLESS(lack.empty(), lack)

TEST_SUITE("tool") {
  TEST_CASE("kill -9 of cooper at a sample of the calls of a start leaves nothing [root]") {
    NEEDS(Caller::root);
    run_orders({.caller = Caller::root});
  }

  TEST_CASE(
      "kill -9 of cooper at a sample of the calls of a rootless start leaves nothing [userns]") {
    NEEDS(Caller::nobody);
    run_orders({.caller = Caller::nobody});
  }

  TEST_CASE("kill -9 of cooper leaves nothing when the command has another user [root]") {
    NEEDS(Caller::root);
    run_orders({.caller = Caller::root, .options = {"-u", "1000"}});
  }

  TEST_CASE("kill -9 of cooper leaves nothing with a terminal and --init [root]") {
    NEEDS(Caller::root);
    run_series({.caller = Caller::root, .options = {"-t", "--init"}});
  }

  TEST_CASE("kill -9 of a container's process in its start is told and leaves nothing [root]") {
    NEEDS(Caller::root);
    run_series({.caller = Caller::root, .victim = Role::container});
  }

  TEST_CASE("kill -9 of a rootless container's process is told and leaves nothing [userns]") {
    NEEDS(Caller::nobody);
    run_series({.caller = Caller::nobody, .victim = Role::container});
  }

  TEST_CASE("a command that cleared its PDEATHSIG is ended by the next cooper [root]") {
    NEEDS(Caller::root);
    check_orphan(Caller::root);
  }

  TEST_CASE("a rootless command that cleared its PDEATHSIG is ended by the next cooper [userns]") {
    NEEDS(Caller::nobody);
    check_orphan(Caller::nobody);
  }
}

TEST_SUITE("long") {
  TEST_CASE("kill -9 of cooper at each call of a start leaves nothing [root]") {
    NEEDS(Caller::root);
    run_orders({.caller = Caller::root, .points = Points::all});
  }

  TEST_CASE("kill -9 of cooper at each call of a rootless start leaves nothing [userns]") {
    NEEDS(Caller::nobody);
    run_orders({.caller = Caller::nobody, .points = Points::all});
  }

  TEST_CASE("kill -9 of a container's process at each call of a start leaves nothing [root]") {
    NEEDS(Caller::root);
    run_orders({.caller = Caller::root, .victim = Role::container, .points = Points::all});
  }
}
