// The checkers of all labs against the programs of docs/checker.md. Those that do harm have the lab's
// solution do the work; those that cheat start the payload and leave the work.
#include <doctest/doctest.h>

#include <filesystem>
#include <set>

#include "toolkit/check/test_arena.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::checks {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;

/// A lab's checker, its cheat, and its solution with harm around it, where everybody can read them.
struct LabPrograms {
  test::TempDir place;
  std::string lab;
  std::size_t checks = 0;

  explicit LabPrograms(const std::string& name) : lab(name) {
    fs::permissions(place.path(), fs::perms(0755));
    fs::copy(test::built("checks/" + lab), place.at("checker"));
    fs::copy(test::built("tests/check_subject"), place.at("cheat"));
    fs::copy(test::built("libexec/cooperage/probe"), place.at("probe"));
    const std::string solution = read_file(test::built("solutions/" + lab));
    const std::uint64_t size = solution.size();
    std::string harm = read_file(test::built("tests/check_subject")) + solution + "solution";
    harm.append(reinterpret_cast<const char*>(&size), sizeof size);
    place.file("harm", harm);
    fs::permissions(place.at("harm"), fs::perms(0755));
    const test::Outcome list = test::run({place.at("checker"), "--list"});
    checks = lines(list.out).size();
  }
  [[nodiscard]] Trial trial(const Row& row, uid_t uid) const {
    return {.name = row.name,
            .checker = place.at("checker"),
            .subject = place.at(row.kind == Row::Kind::cheat ? "cheat" : "harm"),
            .probe = place.at("probe"),
            .uid = uid};
  }
};

std::vector<std::string> labs() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(test::built("checks"))) {
    if (entry.is_regular_file()) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Every check is told of, none broke, and no cheat has passed.
void judge(const LabPrograms& programs, const Row& row, const std::vector<Result>& all) {
  CAPTURE(programs.lab);
  CAPTURE(row.name);
  CHECK(all.size() == programs.checks);
  bool failed = false;
  bool skipped = false;
  for (const Result& result : all) {
    CAPTURE(result.id);
    CAPTURE(result.reason);
    CHECK(result.verdict != Verdict::infra);
    failed = failed || result.verdict == Verdict::fail;
    skipped = skipped || result.verdict == Verdict::skip;
  }
  if (row.kind == Row::Kind::cheat) CHECK((failed || skipped));
}

void try_rows(const std::vector<Row>& rows, uid_t uid) {
  for (const std::string& lab : labs()) {
    const LabPrograms programs(lab);
    std::vector<Trial> trials;
    for (const Row& row : rows) trials.push_back(programs.trial(row, uid));
    try_all(trials, [&](const Trial& trial, const std::vector<Result>& all) {
      for (const Row& row : rows) {
        if (row.name == trial.name) judge(programs, row, all);
      }
    });
  }
}

/// One of each kind, none of which waits: for every run of the tests.
const std::set<std::string> kChosen = {"kills-all",      "leaves-a-survivor",
                                       "unmounts-proc",  "opens-all-descriptors",
                                       "writes-escapes", "does-nothing"};

std::vector<Row> chosen() {
  std::vector<Row> rows;
  for (const Row& row : hostile_programs()) {
    if (kChosen.contains(row.name)) rows.push_back(row);
  }
  return rows;
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("labs: some hostile programs get a learner's verdict of each checker [root]") {
    SKIP_UNLESS(test::is_root(), "not root");
    in_arena([] {
      REQUIRE(chosen().size() == kChosen.size());
      try_rows(chosen(), 0);
    });
  }
}

TEST_SUITE("long") {
  TEST_CASE("labs: all hostile programs get a learner's verdict of each checker [root]") {
    SKIP_UNLESS(test::is_root(), "not root");
    in_arena([] { try_rows(hostile_programs(), 0); });
  }

  TEST_CASE("labs: the same of a normal user's checkers [root]") {
    SKIP_UNLESS(test::is_root(), "only root can become another user");
    in_arena([] { try_rows(hostile_programs(), kNobody); });
  }
}

}  // namespace toolkit::checks
