#include "toolkit/course/in_parallel.hpp"

#include <signal.h>
#include <unistd.h>

#include <stdexcept>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/test.hpp"

using toolkit::course::in_parallel;

TEST_SUITE("unit") {
  TEST_CASE("in parallel: what jobs return, in order") {
    const auto answers =
        in_parallel(5, 2, [](std::size_t job) { return std::string(job * 100'000, 'x'); });
    REQUIRE(answers.size() == 5);
    for (std::size_t job = 0; job < 5; ++job) CHECK(answers[job].size() == job * 100'000);
    std::size_t done = 0;
    in_parallel(
        3, 1, [](std::size_t) { return std::string(); },
        [&](std::size_t ended) { CHECK(ended == ++done); });
    CHECK(done == 3);
    CHECK(in_parallel(0, 2, [](std::size_t) { return std::string(); }).empty());
  }

  TEST_CASE("in parallel: two jobs run at once") {
    toolkit::Pipe there = toolkit::make_pipe();
    toolkit::Pipe back = toolkit::make_pipe();
    // Each waits for a word of the other.
    const auto answers = in_parallel(2, 2, [&](std::size_t job) {
      const toolkit::Pipe& say = job == 0 ? there : back;
      const toolkit::Pipe& hear = job == 0 ? back : there;
      toolkit::write_all(say.write, job == 0 ? "a" : "b", "pipe");
      char word = 0;
      return ::read(hear.read.get(), &word, 1) == 1 ? std::string(1, word) : "";
    });
    CHECK(answers == std::vector<std::string>{"b", "a"});
  }

  TEST_CASE("in parallel: a job that throws is thrown here, after the others have ended") {
    const toolkit::test::TempDir directory;
    CHECK_THROWS_WITH_AS(in_parallel(3, 1,
                                     [&](std::size_t job) -> std::string {
                                       if (job == 0) throw std::runtime_error("no job for me");
                                       directory.file(std::to_string(job), "done");
                                       return "";
                                     }),
                         "no job for me", std::runtime_error);
    CHECK(std::filesystem::exists(directory.at("2")));
  }

  TEST_CASE("in parallel: a job that dies is told") {
    CHECK_THROWS_WITH_AS(in_parallel(1, 1,
                                     [](std::size_t) {
                                       ::kill(::getpid(), SIGKILL);
                                       return std::string();
                                     }),
                         "a job died: 137", std::runtime_error);
  }
}
