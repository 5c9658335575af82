#include "toolkit/course/starter.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "toolkit/course/derive_verb.hpp"
#include "toolkit/course/progress.hpp"
#include "toolkit/course/test_course.hpp"
#include "toolkit/kernel/fd.hpp"

using toolkit::course::derive;
using toolkit::course::Derive;
using toolkit::course::derive_starters;
using toolkit::course::has_solution;
using toolkit::course::Standing;
using toolkit::course::standing_of;
using toolkit::test::Course;

namespace {

void git(const Course& course, std::vector<std::string> words) {
  words.insert(words.begin(),
               {"git", "-C", course.at(""), "-c", "user.name=a", "-c", "user.email=b"});
  const auto ran = toolkit::test::run(words);
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
}

constexpr const char* kFile = "labs/04-uts/uts.cpp";

/// What is printed in its scope goes nowhere.
class Silence {
 public:
  Silence() {
    std::fflush(stdout);
    before_ = toolkit::Fd(::dup(STDOUT_FILENO));
    const toolkit::Fd null = toolkit::open_file("/dev/null", O_WRONLY);
    ::dup2(null.get(), STDOUT_FILENO);
  }
  ~Silence() {
    std::fflush(stdout);
    ::dup2(before_.get(), STDOUT_FILENO);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  toolkit::Fd before_;
};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("starter: derived from each of the solution's files") {
    const Course course;
    const auto starters = derive_starters(course.tree(), course.lab());
    REQUIRE(starters.size() == 1);
    CHECK(starters.at("uts.cpp").find("toolkit::todo(\"04.2\");") != std::string::npos);
    CHECK(starters.at("uts.cpp").find("puts(\"04.2\")") == std::string::npos);
  }

  TEST_CASE("starter: a solution without a step is no solution") {
    const Course course;
    course.write("solutions/04-uts/uts.cpp", "int main() {}\n");
    CHECK_THROWS_WITH_AS(derive_starters(course.tree(), course.lab()),
                         "solutions/04-uts: no step is marked", std::runtime_error);
  }

  TEST_CASE("starter: deriving keeps what a learner wrote") {
    const Course course;
    CHECK(derive(course.tree(), {}) == 0);
    const std::string starter = course.read(kFile);
    CHECK(starter == derive_starters(course.tree(), course.lab()).at("uts.cpp"));
    course.write(kFile, "mine");
    CHECK(derive(course.tree(), {}) == 0);
    CHECK(course.read(kFile) == starter);
    const auto kept = latest_version(course.at(".lab"), course.lab(), "before-derive");
    CHECK(toolkit::read_file(kept / "uts.cpp") == "mine");
  }

  TEST_CASE("starter: without git the file itself is compared") {
    const Course course;
    CHECK(derive(course.tree(), {}) == 0);
    CHECK(derive(course.tree(), {.what = Derive::check}) == 0);
    course.write(kFile, course.read(kFile) + "// by hand\n");
    CHECK(derive(course.tree(), {.what = Derive::check}) == 1);
  }

  TEST_CASE("starter: nothing is compared in a tree that somebody learns in") {
    ::unsetenv("CI");  // a maintainer's run compares all the same; this process runs one case
    const Course course;
    course.write(kFile, "mine");
    CHECK(derive(course.tree(), {.what = Derive::check}) == 1);
    course.write(".lab/progress.json", "");
    const Silence silence;  // or ctest would take the line for a skip of this test
    CHECK(derive(course.tree(), {.what = Derive::check}) == 0);
  }

  TEST_CASE("starter: a learner's copy has none to derive") {
    const Course course;
    std::filesystem::remove_all(course.at("solutions"));
    CHECK_FALSE(has_solution(course.tree(), course.lab()));
    const Silence silence;
    CHECK(derive(course.tree(), {.what = Derive::check}) == 0);
  }
}

TEST_SUITE("tool") {
  TEST_CASE("starter: an edit does not hide that the committed file is the derived one") {
    const Course course;
    CHECK(derive(course.tree(), {}) == 0);
    const std::string starter = course.read(kFile);
    git(course, {"init", "-q"});
    git(course, {"add", "labs"});
    git(course, {"commit", "-q", "-m", "x"});
    CHECK(standing_of(course.tree(), kFile, starter) == Standing::derived);
    course.write(kFile, "mine");
    CHECK(standing_of(course.tree(), kFile, starter) == Standing::committed);
    git(course, {"commit", "-q", "-a", "-m", "y"});
    CHECK(standing_of(course.tree(), kFile, starter) == Standing::differs);
  }
}
