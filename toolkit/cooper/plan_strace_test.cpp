#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "toolkit/cooper/test_ground.hpp"
#include "toolkit/cooper/test_strace.hpp"
#include "toolkit/cooper/test_tracer.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/users.hpp"
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

/// Among others a process has a number that no plan knows.
std::string name_command(const std::string& call, const std::string& planned) {
  const std::size_t at = planned.find("[<command>]");
  if (at == std::string::npos || !call.starts_with(planned.substr(0, at + 1))) return call;
  return call.substr(0, at) + "[<command>]" + call.substr(call.find(']') + 1);
}

void compare(const Ground& ground, const std::vector<std::string>& options) {
  const std::string state = ground.own("state");
  const bool has_name = std::find(options.begin(), options.end(), "--uts") != options.end();
  std::vector<std::string> words;
  if (!has_name) words = {"--hostname", "planned"};
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
  for (std::size_t i = 0; i < std::min(planned.size(), done.size()); ++i) {
    done[i] = name_command(done[i], planned[i]);
  }
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
  SUBCASE("settings and a zone") {
    std::ofstream(root + "/etc/localtime").close();
    compare(ground, {"--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "kernel.domainname=d", "--tz",
                     "local", "--rootfs", root + ":O"});
  }
  SUBCASE("a volume alone, with flags") {
    compare(ground,
            {"-v", root + "/bin/busybox:/b:bind,noexec,nosuid,ro", "--rootfs", root + ":O"});
  }
  SUBCASE("terminal") { compare(ground, {"-t", "--rootfs", root + ":O"}); }
  SUBCASE("the host's namespaces") {
    std::vector<std::string> options = {"--ipc",     "host", "--uts",  "host",
                                        "--network", "host", "--init", "-i"};
    // Without privilege strace can't look into a process that others are to be kept out of, either.
    if (caller == Caller::root) options.insert(options.end(), {"--pid", "host"});
    options.insert(options.end(), {"--rootfs", root + ":O"});
    compare(ground, options);
  }
  SUBCASE("without shared memory") { compare(ground, {"--ipc", "none", "--rootfs", root + ":O"}); }
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

  TEST_CASE(
      "the plan is what strace sees of a start with the host's namespaces but for users [root]") {
    NEEDS(Caller::root);
    const toolkit::test::Ground ground(Caller::root);
    toolkit::test::compare(ground, {"--userns", "private", "--pid", "host", "--ipc", "host",
                                    "--network", "host", "--rootfs", ground.rootfs() + ":O"});
  }

  TEST_CASE("the plan is what strace sees of a start in namespaces that are joined [root]") {
    NEEDS(Caller::root);
    const toolkit::test::Ground ground(Caller::root);
    const std::string root = ground.rootfs() + ":O";
    using toolkit::Ns;
    const Ns kinds = Ns::net | Ns::pid | Ns::uts;
    SUBCASE("of the host's users") {
      const toolkit::Process holder =
          toolkit::Process::spawn({.namespaces = kinds}, [] { ::pause(); });
      const std::string ns = "ns:/proc/" + std::to_string(holder.pid()) + "/ns/";
      toolkit::test::compare(ground, {"--network", ns + "net", "--pid", ns + "pid", "--uts",
                                      ns + "uts", "--init", "-i", "--rootfs", root});
    }
    SUBCASE("of users of their own") {
      const toolkit::Process holder =
          toolkit::Process::spawn({.namespaces = kinds | Ns::user}, [] { ::pause(); });
      toolkit::write_id_maps(holder.pid(), {.uids = {{.outside = 100000, .count = 10}},
                                            .gids = {{.outside = 100000, .count = 10}}});
      const std::string ns = "ns:/proc/" + std::to_string(holder.pid()) + "/ns/";
      toolkit::test::compare(ground, {"--userns", ns + "user", "--network", ns + "net", "--uts",
                                      ns + "uts", "--rootfs", root});
    }
  }

  TEST_CASE("the plan is what strace sees of a start with other ids [root]") {
    NEEDS(Caller::root);
    const toolkit::test::Ground ground(Caller::root);
    const std::string place = ground.own("");
    toolkit::test::compare(ground, {"--uidmap", "0:100000:65536", "-v", place + ":/place", "-u",
                                    "7:8", "--rootfs", ground.rootfs() + ":O"});
  }

  TEST_CASE("the plan is what strace sees of volumes that pass mounts on [root]") {
    NEEDS(Caller::root);
    toolkit::test::in_child([] {
      toolkit::test::leave_machine();
      const toolkit::test::Ground ground(Caller::root);
      const std::string place = ground.own("");
      toolkit::test::compare(ground,
                             {"-v", place + ":/in:rslave", "-v", place + ":/both:rshared,ro", "-v",
                              place + ":/own", "--rootfs", ground.rootfs() + ":O"});
    });
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
