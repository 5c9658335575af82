#include <algorithm>
#include <filesystem>

#include "toolkit/cooper/test_ground.hpp"
#include "toolkit/cooper/test_strace.hpp"
#include "toolkit/cooper/test_tracer.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/child.hpp"

namespace toolkit::test {
namespace {

/// What strace -ff wrote, a text a process: the first is the one that was started.
std::vector<std::string> read_traces(const std::string& directory) {
  std::vector<std::string> traces;
  std::vector<std::filesystem::path> files;
  for (const std::string& name : entries(directory)) files.push_back(directory + '/' + name);
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
    return std::stol(a.extension().string().substr(1)) <
           std::stol(b.extension().string().substr(1));
  });
  for (const auto& file : files) traces.push_back(read_file(file));
  return traces;
}

/// The command is found by PATH, which a plan can't know: it looks nowhere.
std::string name_what_path_found(std::string call) {
  for (const std::string around : {"execve(\"", "\"<errors>\", \""}) {
    const std::size_t at = call.find(around + "/bin/true\"");
    if (at != call.npos) call.replace(at + around.size(), 9, "<found by PATH>");
  }
  return call;
}

void compare(const Ground& ground, const std::vector<std::string>& options) {
  const std::string state = ground.own("state");
  std::vector<std::string> words = {"--hostname", "planned"};
  words.insert(words.end(), options.begin(), options.end());
  words.emplace_back("true");
  std::vector<std::string> planning = words;
  planning.insert(planning.begin(), "--plan");
  const Outcome plan = run(ground.as_caller(ground.run_words(state, planning)));
  REQUIRE(plan.status == 0);

  const std::string traces = ground.own("traces");
  std::filesystem::create_directories(traces);
  std::filesystem::permissions(traces, std::filesystem::perms(0777));
  std::vector<std::string> command = {"strace", "-ff",         "-o", traces + "/of",
                                      "-s",     "4096",        "-e", "trace=" + traced_names(),
                                      "-e",     "signal=none", "--"};
  const std::vector<std::string> start = ground.run_words(state, words);
  command.insert(command.end(), start.begin(), start.end());
  const Outcome traced = run(ground.as_caller(command));
  CAPTURE(traced.err);
  REQUIRE(traced.status == 0);

  const std::vector<std::string> planned = planned_calls(plan.out);
  std::vector<std::string> done = done_calls(read_traces(traces));
  for (std::string& call : done) call = name_what_path_found(call);
  std::filesystem::remove_all(traces);
  for (std::size_t i = 0; i < std::max(planned.size(), done.size()); ++i) {
    REQUIRE((i < planned.size() ? planned[i] : "") == (i < done.size() ? done[i] : ""));
  }
  CHECK(planned.size() > 50);
}

/// The forms of a start that have steps of their own.
void compare_all(Caller caller) {
  const Ground ground(caller);
  const std::string root = ground.rootfs();
  const std::string volume = ground.own("");
  SUBCASE("overlay") { compare(ground, {"--rootfs", root + ":O"}); }
  SUBCASE("volumes") {
    compare(ground, {"-v", volume + ":/deep/down:ro", "-v", volume + ":/deep", "--tmpfs",
                     "/scratch:size=1m,exec", "--rootfs", root + ":O"});
  }
  SUBCASE("a file as volume") {
    std::filesystem::copy_file("/etc/hosts", root + "/etc/hosts");
    compare(ground, {"-v", "/etc/passwd:/etc/hosts", "--rootfs", root + ":O"});
  }
  SUBCASE("read-only and a working directory") {
    compare(ground, {"--read-only", "-w", "/work/here", "--rootfs", root + ":O"});
  }
  SUBCASE("terminal") { compare(ground, {"-t", "--rootfs", root + ":O"}); }
  SUBCASE("init") { compare(ground, {"--init", "-i", "-e", "A=1", "--rootfs", root + ":O"}); }
}

bool has_strace() { return run({"sh", "-c", "command -v strace"}).status == 0; }

}  // namespace
}  // namespace toolkit::test

#define NEEDS(caller)                                              \
  const std::string lack = toolkit::test::cannot_trace_as(caller); \
  SKIP_UNLESS(lack.empty(), lack);                                 \
  SKIP_UNLESS(toolkit::test::has_strace(), "strace is not installed")

TEST_SUITE("tool") {
  using toolkit::test::Caller;

  TEST_CASE("the plan is what strace sees of a start [root]") {
    NEEDS(Caller::root);
    toolkit::test::compare_all(Caller::root);
  }

  TEST_CASE("the plan is what strace sees of a rootless start [userns]") {
    NEEDS(Caller::nobody);
    toolkit::test::compare_all(Caller::nobody);
  }

  TEST_CASE("the plan is what strace sees of a start in place for another user [root]") {
    NEEDS(Caller::root);
    const toolkit::test::Ground ground(Caller::root);
    toolkit::test::compare(ground, {"-u", "7:8", "-t", "--rootfs", ground.rootfs()});
  }

  TEST_CASE(
      "the plan is what strace sees of a start in a user namespace that root asks for [root]") {
    NEEDS(Caller::root);
    const toolkit::test::Ground ground(Caller::root);
    toolkit::test::compare(ground, {"--userns", "private", "--rootfs", ground.rootfs() + ":O"});
  }

  TEST_CASE("one place of the host can be shown twice [userns]") {
    using toolkit::test::cannot_call_as;
    SKIP_UNLESS(cannot_call_as(Caller::nobody).empty(), cannot_call_as(Caller::nobody));
    const toolkit::test::Ground ground(Caller::nobody);
    const std::string place = ground.rootfs() + "/etc";
    std::filesystem::create_directories(place + "/sign");
    const auto seen = toolkit::test::run(ground.as_caller(ground.run_words(
        ground.own("state"),
        {"--tmpfs", "/tmp", "-v", place + ":/tmp/one", "-v", place + ":/tmp/two:ro", "--rootfs",
         ground.rootfs() + ":O", "sh", "-c", "test -d /tmp/one/sign && test -d /tmp/two/sign"})));
    CAPTURE(seen.err);
    CHECK(seen.status == 0);
  }
}
