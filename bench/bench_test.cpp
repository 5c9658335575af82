// The program `cooper-bench`, and `lab bench` before it.
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/test.hpp"

using toolkit::test::built;
using toolkit::test::Outcome;
using toolkit::test::run;
using toolkit::test::TempDir;

namespace {

bool is_built() { return std::filesystem::exists(built("bin/cooper-bench")); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The series of a family in what --json wrote.
nlohmann::json series(const nlohmann::json& report, std::size_t family, const std::string& name) {
  for (const auto& entry : report.at("families").at(family).at("series")) {
    if (entry.at("name") == name) return entry;
  }
  return {};
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("bench: a quick run gives a table and the data behind it") {
    SKIP_UNLESS(is_built(), "built without Google Benchmark");
    const TempDir scratch;
    const std::string file = scratch.at("numbers.json");
    const Outcome outcome = run({built("bin/lab"), "bench", "--quick", "--json", file});
    REQUIRE(outcome.status == 0);
    for (const char* row :
         {"no namespace", "uts + ipc", "… + net", "bare process", "bwrap", "cooper, in place",
          "cooper, overlay", "cooper, image", "crun", "runc"}) {
      CHECK_MESSAGE(contains(outcome.out, row), row);
    }
    const auto report = nlohmann::json::parse(toolkit::read_file(file));
    CHECK(report.at("machine").contains("kernel"));
    CHECK(report.at("families").size() == 3);
    CHECK(series(report, 0, "no namespace").at("samples_us").at("wall").size() == 20);
    CHECK(series(report, 1, "bare process").at("samples_us").at("wall").size() == 12);
    CHECK(series(report, 2, "bare process").at("samples_us").at("cpu").size() == 4);
  }

  TEST_CASE("bench: who is not in PATH is said to be absent") {
    SKIP_UNLESS(is_built(), "built without Google Benchmark");
    const TempDir scratch;
    const std::string file = scratch.at("numbers.json");
    const Outcome outcome = run(
        {"env", "PATH=" + scratch.path(), built("bin/cooper-bench"), "--quick", "--json", file});
    REQUIRE(outcome.status == 0);
    const auto report = nlohmann::json::parse(toolkit::read_file(file));
    for (const char* peer : {"bwrap", "crun", "runc"}) {
      CHECK_MESSAGE(series(report, 1, peer).at("absent") == "not installed", peer);
    }
    CHECK(series(report, 1, "bare process").at("ratio_to_bwrap").is_null());
    CHECK(series(report, 1, "bare process").at("system_calls").is_null());
  }

  TEST_CASE("bench: a file that can't be written is told before anything is measured") {
    SKIP_UNLESS(is_built(), "built without Google Benchmark");
    const Outcome outcome = run({built("bin/cooper-bench"), "--json", "/no/such/numbers.json"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "cooper-bench: open '/no/such/numbers.json': No such file or directory\n");
  }

  TEST_CASE("bench: an unknown option is an error of usage") {
    SKIP_UNLESS(is_built(), "built without Google Benchmark");
    CHECK(run({built("bin/cooper-bench"), "--slow"}).status == 2);
    CHECK(run({built("bin/cooper-bench"), "now"}).status == 2);
  }

  TEST_CASE("bench: where it was not built lab names what it needs") {
    const TempDir scratch;
    std::filesystem::create_directories(scratch.at("bin"));
    std::filesystem::copy_file(built("bin/lab"), scratch.at("bin/lab"));
    const Outcome outcome = run({scratch.at("bin/lab"), "bench"});
    CHECK(outcome.status == 69);
    CHECK(contains(outcome.err, "Google Benchmark"));
  }
}
