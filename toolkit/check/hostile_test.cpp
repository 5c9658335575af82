// The checker against programs that harm it or want to fool it. What each must come to stands in docs/checker.md.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <list>
#include <set>

#include "toolkit/check/report.hpp"
#include "toolkit/check/test_host.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

constexpr uid_t kNobody = 65534;

struct Row {
  std::string name;
  std::string wanted;  ///< "PASS", "FAIL" or "FAIL 90.2"
};

/// The rows of docs/checker.md whose first column is a program and whose second is a verdict.
std::vector<Row> table() {
  const std::string text = read_file(std::string(COOPERAGE_SOURCE) + "/docs/checker.md");
  std::vector<Row> rows;
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> cells = split(line, '|');
    if (cells.size() < 4 || !trim(cells[1]).starts_with('`')) continue;
    const std::string name(trim(cells[1]));
    rows.push_back({name.substr(1, name.size() - 2), std::string(trim(cells[2]))});
  }
  return rows;
}

/// Copies that everybody can read, wherever the clone lies.
struct Programs {
  test::TempDir place;
  Programs() {
    namespace fs = std::filesystem;
    fs::permissions(place.path(), fs::perms(0755));
    fs::copy(test::built("tests/check_sample"), place.at("sample"));
    fs::copy(test::built("tests/check_subject"), place.at("subject"));
    fs::copy(test::built("libexec/cooperage/probe"), place.at("probe"));
  }
};

struct Run {
  std::string name;
  Process process;
  Fd report;
  std::string text = {};
};

Run begin(const Programs& programs, const std::string& name, uid_t uid, const char* only,
          const char* probe = "probe", const char* fault = "") {
  Pipe report = make_pipe();
  Process process = Process::spawn({}, [&] {
    const std::string number = std::to_string(::fcntl(report.write.get(), F_DUPFD, 10));
    const std::string sample = programs.place.at("sample");
    const std::string subject = programs.place.at("subject");
    const std::string payload = programs.place.at(probe);
    ::setenv("COOPERAGE_SLOW", "0.5", 1);
    ::setenv("COOPERAGE_TEST_FAULT", fault, 1);
    const Fd null = open_file("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) ::dup2(null.get(), fd);
    if (uid != 0) {
      check(::setgroups(0, nullptr), "setgroups");
      check(::setresgid(uid, uid, uid), "setresgid");
      check(::setresuid(uid, uid, uid), "setresuid");
    }
    ::execl(sample.c_str(), "sample", "--subject", subject.c_str(), "--name", name.c_str(),
            "--probe", payload.c_str(), "--report", number.c_str(), "--only", only, nullptr);
    throw_errno("execl", sample);
  });
  return {.name = name, .process = std::move(process), .report = std::move(report.read)};
}

/// Reads some of the report; false at its end.
bool read_some(Run& run) {
  std::string piece(65536, '\0');
  const ssize_t got = ::read(run.report.get(), piece.data(), piece.size());
  if (got > 0) run.text.append(piece, 0, static_cast<std::size_t>(got));
  return got > 0;
}

std::vector<Result> results(const std::string& text) {
  std::vector<Result> all;
  for (const std::string_view line : lines(text)) all.push_back(result_from_json(line));
  return all;
}

/// "PASS", or "FAIL 90.2" for the first that failed; what is no learner's verdict is told as it is.
std::string sum_up(const std::vector<Result>& all, std::size_t wanted) {
  if (all.size() != wanted) return std::to_string(all.size()) + " results";
  std::string sum = "PASS";
  for (const Result& result : all) {
    if (result.verdict == Verdict::infra) return "INFRA " + result.id + ": " + result.reason;
    if (result.verdict == Verdict::skip) return "SKIP " + result.reason;
    if (result.verdict == Verdict::fail && sum == "PASS") sum = "FAIL " + result.id;
  }
  return sum;
}

/// Runs body as the first process of a pid namespace: when it is alone there again, nothing was left.
void in_arena(const std::function<void()>& body) {
  test::in_child([&] {
    check(::unshare(CLONE_NEWPID | CLONE_NEWNS), "unshare");
    check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount", "/");
    test::in_child([&] {
      check(::mount("proc", "/proc", "proc", 0, nullptr), "mount", "/proc");
      const std::string mounts = read_file("/proc/self/mountinfo");
      const HostState host = state_of_host();
      body();
      ::alarm(10);  // ends this process, and the case with it, when somebody stays
      while (::waitpid(-1, nullptr, 0) != -1) {
      }
      ::alarm(0);
      CHECK(read_file("/proc/self/mountinfo") == mounts);
      CHECK(is_unchanged(host));
    });
  });
}

/// "FAIL 90.1 / PASS" is what root and what a normal user sees, where the two differ.
std::string wanted_of(const Row& row, uid_t uid) {
  const std::size_t slash = row.wanted.find(" / ");
  if (slash == std::string::npos) return row.wanted;
  return uid == 0 ? row.wanted.substr(0, slash) : row.wanted.substr(slash + 3);
}

void judge(const std::vector<Row>& rows, uid_t uid, const char* only, std::size_t count) {
  const Programs programs;
  constexpr std::size_t kAtOnce = 4;
  std::list<Run> running;
  std::size_t next = 0;
  while (next < rows.size() || !running.empty()) {
    while (next < rows.size() && running.size() < kAtOnce) {
      running.push_back(begin(programs, rows[next++].name, uid, only));
    }
    std::vector<pollfd> ready;
    for (const Run& run : running) {
      ready.push_back({.fd = run.report.get(), .events = POLLIN, .revents = 0});
    }
    check(::poll(ready.data(), ready.size(), -1), "poll");
    std::size_t at = 0;
    for (auto run = running.begin(); run != running.end(); ++at) {
      if (ready[at].revents == 0 || read_some(*run)) {
        ++run;
        continue;
      }
      run->process.wait();
      for (const Row& row : rows) {
        if (row.name != run->name) continue;
        const std::string seen = sum_up(results(run->text), count);
        const std::string wanted = wanted_of(row, uid);
        CAPTURE(row.name);
        CAPTURE(seen);
        const bool fails = seen.starts_with("FAIL ");
        if (wanted == "FAIL") {
          CHECK(fails);
        } else if (wanted == "PASS or FAIL") {
          CHECK((fails || seen == "PASS"));
        } else {
          CHECK(seen == wanted);
        }
      }
      run = running.erase(run);
    }
  }
}

std::vector<Row> rows_for(bool root_only) {
  std::vector<Row> chosen;
  for (const Row& row : table()) {
    const bool is_root = row.name == "attacks-as-root" || row.name == "makes-a-null-device";
    if (is_root == root_only) chosen.push_back(row);
  }
  return chosen;
}

/// How many groups of checkers there are, of those whose processes are numbered as this one's.
int groups_of_this_namespace() {
  const std::string mine = '-' + std::to_string(namespace_id(::getpid(), Ns::pid)) + '-';
  int count = 0;
  for (const MountInfo& mount : parse_mounts(read_file("/proc/self/mountinfo"))) {
    if (mount.type != "cgroup2" || mount.root != "/") continue;
    for (const auto& entry : std::filesystem::directory_iterator(mount.target)) {
      const std::string name = entry.path().filename();
      if (name.starts_with("cooperage-check-") && name.find(mine) != name.npos) ++count;
    }
  }
  return count;
}

constexpr const char* kSteps = "90.1,90.2,90.3,90.4";

std::string report_of(Run run) {
  while (read_some(run)) {
  }
  run.process.wait();
  return run.text;
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("the table of hostile programs names each of them") {
    const test::Outcome list = test::run({test::built("tests/check_subject"), "--list"});
    std::set<std::string> there;
    for (const std::string_view line : lines(list.out)) there.emplace(line);
    std::set<std::string> told;
    for (const Row& row : table()) told.insert(row.name);
    CHECK(told == there);
  }

  TEST_CASE("hostile programs get a learner's verdict from root and leave nothing [root]") {
    SKIP_UNLESS(test::is_root(), "not root");
    in_arena([] { judge(rows_for(false), 0, kSteps, 4); });
  }

  TEST_CASE("hostile programs get the same verdict from a normal user [root]") {
    SKIP_UNLESS(test::is_root(), "only root can become another user");
    in_arena([] { judge(rows_for(false), kNobody, kSteps, 4); });
  }

  TEST_CASE("the host's root reaches nothing from its machine [root]") {
    SKIP_UNLESS(test::is_root(), "not root");
    in_arena([] { judge(rows_for(true), 0, "91.1", 1); });
  }

  TEST_CASE("a fault of the checker is told apart [root]") {
    SKIP_UNLESS(test::is_root(), "not root");
    in_arena([] {
      const Programs programs;
      const std::vector<Result> thrown =
          results(report_of(begin(programs, "well", 0, kSteps, "probe", "throw")));
      REQUIRE(thrown.size() == 4);
      CHECK(thrown[1].verdict == Verdict::infra);
      CHECK(thrown[1].reason == "planted");
      for (const char* fault : {"abort", "crash"}) {
        CAPTURE(fault);
        CHECK(results(report_of(begin(programs, "well", 0, kSteps, "probe", fault))).size() == 2);
      }
      const std::vector<Result> no_probe =
          results(report_of(begin(programs, "well", 0, kSteps, "none")));
      REQUIRE(no_probe.size() == 4);
      CHECK(no_probe[0].verdict == Verdict::infra);
    });
  }

  TEST_CASE("the groups of a checker that was killed are removed by the next [root]") {
    SKIP_UNLESS(test::is_root(), "not root");
    in_arena([] {
      const Programs programs;
      int seen = 0;
      for (int milliseconds = 4; milliseconds <= 64; milliseconds *= 2) {
        Run run = begin(programs, "makes-a-null-device", 0, "91.1");
        static_cast<void>(run.process.wait_for(std::chrono::milliseconds(milliseconds)));
        run.process.signal(SIGKILL);
        run.process.wait();
        seen += groups_of_this_namespace();
      }
      CHECK(seen > 0);  // or nothing was tried here
      CHECK(results(report_of(begin(programs, "makes-a-null-device", 0, "91.1"))).size() == 1);
      CHECK(groups_of_this_namespace() == 0);
    });
  }

  TEST_CASE("a checker that is killed leaves nobody [root]") {
    SKIP_UNLESS(test::is_root(), "not root");
    in_arena([] {
      const Programs programs;
      for (const char* name : {"well", "hangs-ignoring-signals", "leaves-many-survivors"}) {
        for (int milliseconds = 1; milliseconds <= 128; milliseconds *= 2) {
          Run run = begin(programs, name, 0, kSteps);
          static_cast<void>(run.process.wait_for(std::chrono::milliseconds(milliseconds)));
          run.process.signal(SIGKILL);
          run.process.wait();
        }
      }
    });
  }
}

}  // namespace toolkit::checks
