// `cooper run` without a container: this program has a launch() of its own, which records the plan.
#include "toolkit/cooper/run.hpp"

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <stdexcept>

#include "toolkit/container/launch.hpp"
#include "toolkit/container/test_plan.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/test/test.hpp"

namespace {

/// What the fake does instead of a start; a test sets it for its own time.
struct FakeLaunch {
  std::vector<toolkit::Plan> plans = {};
  std::function<void(const toolkit::Plan& plan)> before = [](const toolkit::Plan&) {};
  int exit_code = 0;
};

FakeLaunch& fake() {
  static FakeLaunch launch;
  return launch;
}

}  // namespace

namespace toolkit {

Process launch(const Plan& plan, Channel& channel) {
  fake().plans.push_back(plan);
  fake().before(plan);
  return Process::spawn({}, [&channel] {
    channel.gate.wait();
    ::_exit(fake().exit_code);
  });
}

}  // namespace toolkit

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT

namespace {

namespace fs = std::filesystem;

/// A directory as root and one for state, and the fake as it is without a wish.
struct Bench {
  Bench() {
    fake() = {};
    directory.file("root/etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:0:0::/home/ann:/bin/sh\n");
  }
  [[nodiscard]] RunOptions options() const {
    return {.state = directory.at("state"), .rootfs = directory.at("root"), .words = {"true"}};
  }
  [[nodiscard]] std::size_t records() const {
    const fs::directory_iterator all(directory.at("state/run"));
    return static_cast<std::size_t>(std::distance(fs::begin(all), fs::end(all)));
  }
  TempDir directory;
};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("run: the command's status is cooper's") {
    const Bench bench;
    fake().exit_code = 7;
    CHECK(toolkit::run(bench.options()) == 7);
    CHECK(fake().plans.size() == 1);
  }

  TEST_CASE("run: the plan is of what was asked") {
    const Bench bench;
    RunOptions options = bench.options();
    options.hostname = "box";
    options.env = {"A=1"};
    options.user = "ann";
    options.init = true;
    options.words = {"sh", "-c", "true"};
    CHECK(toolkit::run(options) == 0);
    const Plan& plan = fake().plans.at(0);
    CHECK(plan.command.argv == std::vector<std::string>{"sh", "-c", "true"});
    CHECK(plan.command.init == InitProcess::hop);
    CHECK(plan.die_with_parent);
    const auto& env = plan.command.env;
    for (const char* entry : {"A=1", "HOSTNAME=box", "HOME=/home/ann"}) {
      CAPTURE(entry);
      CHECK(std::find(env.begin(), env.end(), entry) != env.end());
    }
    const auto calls = calls_of(plan);
    CHECK(contains(calls, "sethostname(\"box\", 3)"));
    CHECK(contains(calls, "mount(\"" + bench.directory.at("root") + "\", \"" +
                              bench.directory.at("state/mnt/root") + "\", NULL, MS_BIND|MS_REC"));
  }

  TEST_CASE("run: DIR and DIR:O are in place and below a layer") {
    const Bench bench;
    RunOptions options = bench.options();
    options.rootfs += ":O";
    CHECK(toolkit::run(options) == 0);
    CHECK(contains(calls_of(fake().plans.at(0)), "mount(\"overlay\""));
  }

  TEST_CASE("run: the container is recorded from before the start to its end") {
    const Bench bench;
    std::size_t during = 0;
    fake().before = [&](const Plan&) { during = bench.records(); };
    CHECK(toolkit::run(bench.options()) == 0);
    CHECK(during == 1);
    CHECK(bench.records() == 0);
  }

  TEST_CASE("run: where overlay is refused the root is copied") {
    const Bench bench;
    RunOptions options = bench.options();
    options.rootfs += ":O";
    const std::string root = bench.directory.at("state/mnt/root");
    fake().before = [&](const Plan& plan) {
      if (contains(calls_of(plan), "mount(\"overlay\"")) throw SystemError(EINVAL, "mount", root);
    };
    CHECK(toolkit::run(options) == 0);
    REQUIRE(fake().plans.size() == 2);
    CHECK(contains(calls_of(fake().plans[1]), "copy \"" + bench.directory.at("root") + "\""));
    CHECK(bench.records() == 0);
  }

  TEST_CASE("run: another failure is not tried again and leaves no record") {
    const Bench bench;
    fake().before = [](const Plan&) { throw SystemError(EPERM, "mount", "/proc"); };
    CHECK_THROWS_AS(toolkit::run(bench.options()), SystemError);
    CHECK(fake().plans.size() == 1);
    CHECK(bench.records() == 0);
  }

  TEST_CASE("run: a plan is printed without a start and without state") {
    const Bench bench;
    RunOptions options = bench.options();
    options.plan = true;
    CHECK(toolkit::run(options) == 0);
    CHECK(fake().plans.empty());
    CHECK_FALSE(fs::exists(bench.directory.at("state")));
  }

  TEST_CASE("run: what can't be had is said before anything is made") {
    const Bench bench;
    const auto refused = [&](const std::function<void(RunOptions&)>& change) {
      RunOptions options = bench.options();
      change(options);
      CHECK_THROWS(toolkit::run(options));
    };
    refused([](RunOptions& options) { options.rootfs = "/nowhere/at/all"; });
    refused([](RunOptions& options) { options.rootfs = "/etc/passwd"; });
    refused([](RunOptions& options) { options.words.clear(); });
    refused([](RunOptions& options) { options.user = "bob"; });
    refused([](RunOptions& options) { options.hostname = "a b"; });
    refused([](RunOptions& options) { options.volumes = {"/tmp:/proc"}; });
    refused([](RunOptions& options) { options.tmpfs = {"t"}; });
    refused([](RunOptions& options) { options.env = {"=x"}; });
    refused([](RunOptions& options) { options.env_files = {"/nowhere/at/all"}; });
    CHECK(fake().plans.empty());
    CHECK_FALSE(fs::exists(bench.directory.at("state")));
  }

  TEST_CASE("run: a pidfile is there while the container runs") {
    const Bench bench;
    RunOptions options = bench.options();
    options.pidfile = bench.directory.at("pid");
    CHECK(toolkit::run(options) == 0);
    CHECK_FALSE(fs::exists(options.pidfile));
    CHECK_FALSE(fs::exists(options.pidfile + ".new"));
  }
}
