#include "bench/candidate.hpp"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "toolkit/test/test.hpp"

using toolkit::bench::config_for_bench;
using toolkit::bench::find_program;
using toolkit::bench::parse_call_count;
using toolkit::test::TempDir;

namespace {

const char* const kSpec = R"({"process": {"terminal": true, "args": ["sh"]},
  "root": {"path": "rootfs", "readonly": true}, "linux": {"namespaces": [{"type": "pid"}]}})";

nlohmann::json config() { return nlohmann::json::parse(config_for_bench(kSpec, "/a root")); }

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("candidate: a runtime comes to start true without a terminal") {
    CHECK(config()["process"]["args"] == nlohmann::json({"/bin/true"}));
    CHECK(config()["process"]["terminal"] == false);
  }

  TEST_CASE("candidate: a runtime comes to start in the root that all start in") {
    CHECK(config()["root"]["path"] == "/a root");
    CHECK(config()["root"]["readonly"] == false);
  }

  TEST_CASE("candidate: a runtime gets the cgroup namespace that the others have") {
    CHECK(config()["linux"]["namespaces"].back()["type"] == "cgroup");
  }

  TEST_CASE("candidate: a cgroup namespace that is there already is not asked for twice") {
    const std::string twice = config_for_bench(config_for_bench(kSpec, "/r"), "/r");
    CHECK(nlohmann::json::parse(twice)["linux"]["namespaces"].size() == 2);
  }

  TEST_CASE("candidate: a program is found in the first directory that has it") {
    const TempDir scratch;
    const std::string program = scratch.file("second/tool", "");
    REQUIRE(::chmod(program.c_str(), 0755) == 0);
    CHECK(find_program("tool", scratch.at("first") + ":" + scratch.at("second")) == program);
  }

  TEST_CASE("candidate: a file that can't be executed is no program") {
    const TempDir scratch;
    scratch.file("tool", "");
    REQUIRE(::chmod(scratch.at("tool").c_str(), 0644) == 0);
    CHECK(find_program("tool", scratch.path()).empty());
  }

  TEST_CASE("candidate: an empty entry of PATH is not the current directory") {
    CHECK(find_program("bin/true", ":").empty());
  }

  TEST_CASE("candidate: the calls are the total of strace's table") {
    CHECK(parse_call_count("% time     seconds  usecs/call     calls    errors syscall\n"
                           " 50.00    0.001000          10       100        12 mount\n"
                           "100.00    0.002000          10       203        12 total\n") == 203);
  }

  TEST_CASE("candidate: a table without errors has its total in the same place") {
    CHECK(parse_call_count("100.00    0.000000           0        27           total\n") == 27);
  }

  TEST_CASE("candidate: no table is no count") { CHECK_FALSE(parse_call_count("strace: …\n")); }
}
