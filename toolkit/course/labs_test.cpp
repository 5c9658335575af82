// What each lab of this clone owes its readers, beside the triangle of starter, solution and mutants.
#include <doctest/doctest.h>

#include "toolkit/course/checker.hpp"
#include "toolkit/course/derive.hpp"
#include "toolkit/course/hints.hpp"
#include "toolkit/course/subject.hpp"
#include "toolkit/course/test_rules.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/test.hpp"

namespace fs = std::filesystem;

using toolkit::read_file;
using toolkit::course::Lab;
using toolkit::course::Ladder;
using toolkit::course::Tree;
using toolkit::test::Faults;

namespace {

const Tree kTree = {.source = COOPERAGE_SOURCE, .build = COOPERAGE_BUILD};

std::vector<Lab> labs() { return toolkit::course::read_catalogue(kTree.source).labs; }

/// Each fault fails the test, with the lab that has it.
void tell(const Lab& lab, const Faults& faults) {
  for (const std::string& fault : faults) FAIL_CHECK(lab.name << ": " << fault);
}

std::vector<std::string> ids_of_checks(const Lab& lab) {
  std::vector<std::string> ids;
  for (const auto& check : toolkit::course::list_checks(kTree, lab)) ids.push_back(check.id);
  return ids;
}

std::vector<Ladder> ladders_in(const fs::path& file) {
  return toolkit::course::parse_hints(read_file(kTree.source / file), file);
}

std::string check_of(const Lab& lab) {
  return read_file(kTree.source / lab.folder() / "check.cpp");
}

/// The sources in a folder, without tests.
void add_sources(const fs::path& folder, std::vector<std::string>& sources) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    const bool is_test = name.ends_with("_test.cpp") || name.starts_with("test_");
    const bool is_source = name.ends_with(".cpp") || name.ends_with(".hpp");
    if (is_source && !is_test) sources.push_back(read_file(entry.path()));
  }
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("labs: there are some") { CHECK_FALSE(labs().empty()); }

  TEST_CASE("labs: each hint that is given has a ladder, and each ladder is given") {
    const std::vector<Ladder> common = ladders_in("labs/hints.md");
    for (const Lab& lab : labs()) {
      const auto mutants = toolkit::course::read_mutants(kTree, lab);
      tell(lab, toolkit::test::hint_faults(check_of(lab), mutants,
                                           ladders_in(lab.folder() / "hints.md"), common));
    }
  }

  TEST_CASE("labs: each ladder for all labs is given, and what the checker gives has one") {
    const std::vector<Ladder> common = ladders_in("labs/hints.md");
    std::vector<std::string> sources;
    add_sources(kTree.source / "toolkit/check", sources);
    for (const std::string& source : sources) {
      for (const std::string& id : toolkit::test::hints_given(source)) {
        CHECK_MESSAGE(toolkit::course::find_ladder(common, id) != nullptr, "no ladder for " << id);
      }
    }
    add_sources(kTree.source / "toolkit/course", sources);
    for (const Lab& lab : labs()) sources.push_back(check_of(lab));
    for (const std::string& fault : toolkit::test::unused_ladders(common, sources)) {
      FAIL_CHECK(fault);
    }
  }

  TEST_CASE("labs: each mutant names a check, and there are six of them or more") {
    for (const Lab& lab : labs()) {
      tell(lab, toolkit::test::mutant_faults(toolkit::course::read_mutants(kTree, lab),
                                             ids_of_checks(lab)));
    }
  }

  TEST_CASE("labs: each step has a check, and each check a step") {
    for (const Lab& lab : labs()) {
      std::vector<std::string> steps;
      for (const std::string& file : lab.files) {
        const std::string solution = read_file(kTree.source / lab.solution() / file);
        for (auto& step : toolkit::course::find_steps(solution, lab.number, file)) {
          steps.push_back(std::move(step.id));
        }
      }
      tell(lab, toolkit::test::step_faults(steps, ids_of_checks(lab)));
    }
  }

  TEST_CASE("labs: each has a guide of 700 to 1500 words, and a walk-through") {
    for (const Lab& lab : labs()) {
      CAPTURE(lab.name);
      CHECK(fs::exists(kTree.source / lab.solution() / "README.md"));
      const fs::path guide = kTree.source / lab.folder() / "README.md";
      REQUIRE(fs::exists(guide));
      const std::size_t words = toolkit::test::words_to_read(read_file(guide));
      CHECK(words >= 700);
      CHECK(words <= 1500);
    }
  }

  TEST_CASE("labs: each link in a guide or a walk-through leads somewhere") {
    for (const Lab& lab : labs()) {
      for (const fs::path& folder : {lab.folder(), lab.solution()}) {
        const fs::path file = kTree.source / folder / "README.md";
        if (fs::exists(file)) tell(lab, toolkit::test::link_faults(file));
      }
    }
  }

  TEST_CASE("labs: what is to be written by hand is called by the solution itself") {
    for (const Lab& lab : labs()) {
      const fs::path objects = kTree.build / "labs/CMakeFiles" / ("solution-" + lab.name + ".dir");
      std::vector<std::string> command = {"nm", "-u"};
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator(objects)) {
        if (entry.path().extension() == ".o") command.push_back(entry.path());
      }
      const auto nm = toolkit::test::run(command);
      REQUIRE_MESSAGE(nm.status == 0, nm.err);
      const std::vector<std::string> called = toolkit::test::undefined_names(nm.out);
      CHECK_FALSE(lab.by_hand.empty());
      for (const std::string& name : lab.by_hand) {
        CHECK_MESSAGE(std::find(called.begin(), called.end(), name) != called.end(),
                      lab.name << ": the solution does not call " << name);
      }
    }
  }
}
