// What the checkers of all labs say where a kind of namespace is missing: it is really taken away.
#include "toolkit/check/lacking.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "toolkit/check/report.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/kernel/users.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

namespace fs = std::filesystem;

/// Runs a lab's checker on its solution, as root of a user namespace where a limit is 0.
std::vector<Result> check_without(const std::string& limit, const std::string& lab) {
  Pipe report = make_pipe();
  Gate mapped;
  Process checker = Process::spawn({.namespaces = Ns::user}, [&] {
    mapped.wait();
    write_file("/proc/sys/user/" + limit, "0");
    check(::dup2(report.write.get(), STDOUT_FILENO), "dup2");
    const std::string program = test::built("checks/" + lab);
    const std::string subject = test::built("solutions/" + lab);
    const std::string probe = test::built("libexec/cooperage/probe");
    ::execl(program.c_str(), program.c_str(), "--subject", subject.c_str(), "--name", "program",
            "--probe", probe.c_str(), nullptr);
    throw_errno("execl", program);
  });
  report.write.reset();
  write_id_maps(checker.pid(), rootless_maps(::geteuid(), ::getegid(), {}, {}));
  mapped.open();
  std::vector<Result> all;
  const std::string text = read_all(report.read, "report");
  for (const std::string_view line : lines(text)) {
    if (line.starts_with('{')) all.push_back(result_from_json(line));
  }
  checker.wait();
  return all;
}

std::vector<std::string> labs() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(test::built("checks"))) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Nothing passed or broke, and what was skipped names the file and the command that mends it.
void expect_skips(const std::string& limit, const std::string& lab) {
  CAPTURE(lab);
  CAPTURE(limit);
  const std::vector<Result> all = check_without(limit, lab);
  CHECK(!all.empty());
  for (const Result& result : all) {
    CAPTURE(result.id);
    CAPTURE(result.reason);
    CHECK(result.verdict == Verdict::skip);
    if (result.reason.find("device nodes") != std::string::npos)
      continue;  // for the host's root alone
    CHECK(result.reason.find("/proc/sys/user/" + limit + " is 0") != std::string::npos);
    CHECK(result.reason.find("sysctl -w user." + limit) != std::string::npos);
  }
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE(
      "lacking: a machine without one of its kinds of namespaces skips every check [userns]") {
    NEEDS_USER_NAMESPACES();
    for (const std::string& lab : labs()) expect_skips("max_user_namespaces", lab);
    for (const std::string kind : {"mnt", "pid", "uts", "ipc", "net", "cgroup"}) {
      expect_skips("max_" + kind + "_namespaces", "04-uts");
    }
  }

  TEST_CASE("lacking: without time namespaces only what needs them is skipped [userns]") {
    NEEDS_USER_NAMESPACES();
    for (const Result& result : check_without("max_time_namespaces", "04-uts")) {
      CAPTURE(result.id);
      CHECK(result.verdict == Verdict::pass);
    }
    std::size_t skipped = 0;
    for (const Result& result : check_without("max_time_namespaces", "10-time")) {
      CAPTURE(result.id);
      CHECK(result.verdict != Verdict::infra);
      if (result.verdict != Verdict::skip) continue;  // a zone and a time server need none
      ++skipped;
      CHECK(result.reason.find("/proc/sys/user/max_time_namespaces is 0") != std::string::npos);
    }
    CHECK(skipped > 0);
  }
}

}  // namespace toolkit::checks
