// The checker against programs that harm it or want to fool it. What each must come to stands in docs/checker.md.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "toolkit/check/test_arena.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

constexpr uid_t kNobody = 65534;

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
  [[nodiscard]] Trial trial(const std::string& name, uid_t uid, const std::string& only) const {
    return {.name = name,
            .checker = place.at("sample"),
            .subject = place.at("subject"),
            .probe = place.at("probe"),
            .only = only,
            .uid = uid};
  }
};

/// "FAIL 90.1 / PASS" is what root and what a normal user sees, where the two differ.
std::string wanted_of(const Row& row, uid_t uid) {
  const std::size_t slash = row.wanted.find(" / ");
  if (slash == std::string::npos) return row.wanted;
  return uid == 0 ? row.wanted.substr(0, slash) : row.wanted.substr(slash + 3);
}

void judge(const std::vector<Row>& rows, uid_t uid, const char* only, std::size_t count) {
  const Programs programs;
  std::vector<Trial> trials;
  for (const Row& row : rows) trials.push_back(programs.trial(row.name, uid, only));
  try_all(trials, [&](const Trial& trial, const std::vector<Result>& all) {
    for (const Row& row : rows) {
      if (row.name != trial.name) continue;
      const std::string seen = sum_up(all, count);
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
  });
}

std::vector<Row> rows_for(bool root_only) {
  std::vector<Row> chosen;
  for (const Row& row : hostile_programs()) {
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

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("the table of hostile programs names each of them") {
    const test::Outcome list = test::run({test::built("tests/check_subject"), "--list"});
    std::set<std::string> there;
    for (const std::string_view line : lines(list.out)) there.emplace(line);
    std::set<std::string> told;
    for (const Row& row : hostile_programs()) told.insert(row.name);
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
      Trial trial = programs.trial("well", 0, kSteps);
      trial.fault = "throw";
      const std::vector<Result> thrown = results_of(begin(trial));
      REQUIRE(thrown.size() == 4);
      CHECK(thrown[1].verdict == Verdict::infra);
      CHECK(thrown[1].reason == "planted");
      for (const char* fault : {"abort", "crash"}) {
        CAPTURE(fault);
        trial.fault = fault;
        CHECK(results_of(begin(trial)).size() == 2);
      }
      trial = programs.trial("well", 0, kSteps);
      trial.probe = programs.place.at("none");
      const std::vector<Result> no_probe = results_of(begin(trial));
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
        Run run = begin(programs.trial("makes-a-null-device", 0, "91.1"));
        static_cast<void>(run.process.wait_for(std::chrono::milliseconds(milliseconds)));
        run.process.signal(SIGKILL);
        run.process.wait();
        seen += groups_of_this_namespace();
      }
      CHECK(seen > 0);  // or nothing was tried here
      CHECK(results_of(begin(programs.trial("makes-a-null-device", 0, "91.1"))).size() == 1);
      CHECK(groups_of_this_namespace() == 0);
    });
  }

  TEST_CASE("a checker that is killed leaves nobody [root]") {
    SKIP_UNLESS(test::is_root(), "not root");
    in_arena([] {
      const Programs programs;
      for (const char* name : {"well", "hangs-ignoring-signals", "leaves-many-survivors"}) {
        for (int milliseconds = 1; milliseconds <= 128; milliseconds *= 2) {
          Run run = begin(programs.trial(name, 0, kSteps));
          static_cast<void>(run.process.wait_for(std::chrono::milliseconds(milliseconds)));
          run.process.signal(SIGKILL);
          run.process.wait();
        }
      }
    });
  }
}

}  // namespace toolkit::checks
