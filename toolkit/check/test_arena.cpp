#include "toolkit/check/test_arena.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <list>

#include "toolkit/check/report.hpp"
#include "toolkit/check/test_host.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"

namespace toolkit::checks {
namespace {

/// Reads some of the report; false at its end.
bool read_some(Run& run) {
  std::string piece(65536, '\0');
  const ssize_t got = ::read(run.report.get(), piece.data(), piece.size());
  if (got > 0) run.text.append(piece, 0, static_cast<std::size_t>(got));
  return got > 0;
}

void become(uid_t uid) {
  check(::setgroups(0, nullptr), "setgroups");
  check(::setresgid(uid, uid, uid), "setresgid");
  check(::setresuid(uid, uid, uid), "setresuid");
}

}  // namespace

std::vector<Row> hostile_programs() {
  const std::string text = read_file(std::string(COOPERAGE_SOURCE) + "/docs/checker.md");
  std::vector<Row> rows;
  Row::Kind kind = Row::Kind::harm;
  for (const std::string_view line : lines(text)) {
    if (line == "## Programs that cheat") kind = Row::Kind::cheat;
    const std::vector<std::string_view> cells = split(line, '|');
    if (cells.size() < 4 || !trim(cells[1]).starts_with('`')) continue;
    const std::string name(trim(cells[1]));
    rows.push_back({.name = name.substr(1, name.size() - 2),
                    .wanted = std::string(trim(cells[2])),
                    .kind = kind});
  }
  return rows;
}

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

Run begin(const Trial& trial) {
  Pipe report = make_pipe();
  Process process = Process::spawn({}, [&] {
    const std::string number = std::to_string(::fcntl(report.write.get(), F_DUPFD, 10));
    ::setenv("COOPERAGE_SLOW", "0.5", 1);
    ::setenv("COOPERAGE_TEST_FAULT", trial.fault.c_str(), 1);
    const Fd null = open_file("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) ::dup2(null.get(), fd);
    if (trial.uid != 0) become(trial.uid);
    std::vector<std::string> words = {trial.checker, "--subject", trial.subject,
                                      "--name",      trial.name,  "--probe",
                                      trial.probe,   "--report",  number};
    if (!trial.only.empty()) words.insert(words.end(), {"--only", trial.only});
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    throw_errno("execv", trial.checker);
  });
  return {.process = std::move(process), .report = std::move(report.read)};
}

std::vector<Result> results_of(Run run) {
  while (read_some(run)) {
  }
  run.process.wait();
  std::vector<Result> all;
  for (const std::string_view line : lines(run.text)) all.push_back(result_from_json(line));
  return all;
}

void try_all(const std::vector<Trial>& trials,
             const std::function<void(const Trial&, const std::vector<Result>&)>& judge) {
  constexpr std::size_t kAtOnce = 4;
  struct Running {
    const Trial* trial;
    Run run;
  };
  std::list<Running> running;
  auto next = trials.begin();
  while (next != trials.end() || !running.empty()) {
    for (; next != trials.end() && running.size() < kAtOnce; ++next) {
      running.push_back({.trial = &*next, .run = begin(*next)});
    }
    std::vector<pollfd> ready;
    for (const Running& one : running) {
      ready.push_back({.fd = one.run.report.get(), .events = POLLIN, .revents = 0});
    }
    check(::poll(ready.data(), ready.size(), -1), "poll");
    std::size_t at = 0;
    for (auto one = running.begin(); one != running.end(); ++at) {
      if (ready[at].revents == 0 || read_some(one->run)) {
        ++one;
        continue;
      }
      judge(*one->trial, results_of(std::move(one->run)));
      one = running.erase(one);
    }
  }
}

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

}  // namespace toolkit::checks
