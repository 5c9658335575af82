// The script `lab`: where it builds, when it builds again, and what it says when it cannot.
#include "toolkit/course/entry_machine.hpp"
#include "toolkit/kernel/text.hpp"

using namespace toolkit::course;  // NOLINT
using toolkit::shell_quote;
using toolkit::test::is_root;
using toolkit::test::Outcome;
using toolkit::test::run;

namespace {

constexpr int kUnavailable = 69;
constexpr const char* kAll = "compiler peer judge";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The clone as others see it: they read it and write nowhere in it.
void make_read_only(const Machine& machine) { run({"chmod", "-R", "a-w", machine.clone()}); }

/// Where the build of that clone goes below a cache directory.
std::string build_below(const std::string& cache, const Machine& machine) {
  std::string name = machine.clone();
  for (char& c : name) {
    if (c == '/' || c == ' ') c = '_';
  }
  return cache + "/cooperage/" + name;
}

/// How often ninja was asked to build, and not only what there is to do.
std::size_t builds_in(const std::string& calls) {
  std::size_t builds = 0;
  for (const std::string_view line : toolkit::lines(calls)) {
    if (line.starts_with("ninja ") && line.find(" -n ") == std::string_view::npos) ++builds;
  }
  return builds;
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("entry: where the clone cannot be written the build goes to the user's cache") {
    const Machine machine(kAll);
    make_read_only(machine);
    CHECK(has(machine.lab("demo").out, "handed over"));
    CHECK(std::filesystem::exists(build_below(machine.at("home/.cache"), machine) + "/bin/lab"));
    CHECK(!std::filesystem::exists(machine.clone() / "build"));
  }

  TEST_CASE(
      "entry: a learner's copy, from which the solutions were taken, is used as it was built") {
    const Machine machine(kAll);
    CHECK(has(machine.lab("check 04").out, "handed over"));
    machine.calls();
    std::filesystem::create_directory(machine.clone() / "labs");
    std::filesystem::remove(machine.clone() / "build/build.ninja");
    CHECK(has(machine.lab("check 04").out, "<check> <04>"));
    CHECK(machine.calls().find("ninja") == std::string::npos);
  }

  TEST_CASE("entry: the cache is where XDG_CACHE_HOME has it") {
    Machine machine(kAll);
    make_read_only(machine);
    machine.set("XDG_CACHE_HOME=" + shell_quote(machine.at("my cache")));
    CHECK(has(machine.lab("demo").out, "handed over"));
    CHECK(std::filesystem::exists(build_below(machine.at("my cache"), machine) + "/bin/lab"));
  }

  TEST_CASE("entry: where nothing can be written it says where it tried") {
    Machine machine(kAll);
    make_read_only(machine);
    machine.set("XDG_CACHE_HOME=/proc/none");
    const Outcome outcome = machine.lab("demo");
    CHECK(outcome.status == kUnavailable);
    CHECK(has(outcome.err, "can be written; XDG_CACHE_HOME=DIR ./lab"));
  }

  TEST_CASE("entry: a finished build that somebody else keeps in the clone is used [root]") {
    SKIP_UNLESS(is_root(), "not root");
    const Machine machine(kAll);
    REQUIRE(machine.lab("demo", User::root).status == 0);
    run({"chmod", "a+rx", machine.at("")});
    run({"chmod", "a+w", machine.at("calls")});
    machine.calls();
    const Outcome outcome = machine.lab_as_is("demo", User::normal);
    CHECK(outcome.out == "handed over to 65534: <demo>\n");
    CHECK(outcome.err.empty());
    CHECK(!has(machine.calls(), "cmake"));
  }

  TEST_CASE("entry: a package that came since is a reason to configure again") {
    const Machine machine("compiler");
    REQUIRE(machine.lab("demo").status == 0);
    machine.set_installed("compiler judge");
    machine.calls();
    CHECK(machine.lab("demo").status == 0);
    CHECK(has(machine.calls(), "cmake as "));
  }

  TEST_CASE("entry: a clone that was moved is configured from nothing") {
    const Machine machine(kAll);
    REQUIRE(machine.lab("demo").status == 0);
    std::filesystem::create_directories(machine.clone() / "build/CMakeFiles/old");
    run({"sh", "-c", "printf /elsewhere >\"$1\"", "sh", machine.clone() / "build/configured-for"});
    machine.calls();
    CHECK(machine.lab("demo").status == 0);
    CHECK(has(machine.calls(), "cmake as "));
    CHECK(!std::filesystem::exists(machine.clone() / "build/CMakeFiles"));
  }

  TEST_CASE("entry: the compiler's first error is shown with its code") {
    const Machine machine(kAll);
    machine.mark("no-compile");
    const Outcome outcome = machine.lab("demo");
    CHECK(outcome.status == 7);
    CHECK(outcome.out.empty());
    CHECK(has(outcome.err, "a.cpp:3:5: error: first\n    3 | here\n"));
    CHECK(!has(outcome.err, "second"));
    CHECK(has(outcome.err, "lab: the build failed with code 7; all of it: "));
  }

  TEST_CASE("entry: after a compile error nothing old is run") {
    const Machine machine(kAll);
    machine.mark("no-compile");
    REQUIRE(machine.lab("demo").status == 7);
    CHECK(machine.lab("demo").status != 0);
  }

  TEST_CASE("entry: CMake's first error is shown") {
    const Machine machine(kAll);
    machine.mark("no-configure");
    const Outcome outcome = machine.lab("demo");
    CHECK(outcome.status == 1);
    CHECK(has(outcome.err, "CMake Error at CMakeLists.txt:1 (frob):\n  what is wrong\n"));
  }

  TEST_CASE("entry: of two that are started at once only one builds") {
    const Machine machine(kAll);
    const User user = is_root() ? User::root : User::normal;
    const std::string lab = machine.command("demo", user);
    const Outcome outcome =
        run({"sh", "-c",
             "cd \"$1\" && mkfifo go started said\n" + lab + " & read -r _ <started\n" + lab +
                 " 2>said & exec 3<said; read -r line <&3; echo \"$line\"\n"
                 "echo >go; wait",
             "sh", machine.at("")});
    CHECK(has(outcome.out, "lab: waiting for another ./lab to finish its build\n"));
    CHECK(toolkit::lines(outcome.out).size() == 3);
    CHECK(builds_in(machine.calls()) == 1);
  }

  TEST_CASE("entry: clean has nothing to install or build for") {
    const Machine machine;
    const Outcome outcome = machine.lab("clean");
    CHECK(outcome.status == 0);
    CHECK(outcome.err == "lab: nothing was built here\n");
    CHECK(!has(machine.calls(), "cmake"));
  }

  TEST_CASE("entry: clean removes a build that never came to its end") {
    const Machine machine;
    std::filesystem::create_directories(machine.clone() / "build/half");
    const Outcome outcome = machine.lab("clean");
    CHECK(outcome.err == "lab: removed " + (machine.clone() / "build").string() + "\n");
    CHECK(!std::filesystem::exists(machine.clone() / "build"));
  }

  TEST_CASE("entry: an unknown distribution is built on with what is there") {
    Machine machine;
    machine.set("COOPERAGE_OS_RELEASE=/dev/null");
    CHECK(has(machine.lab("demo").out, "handed over"));
  }

  TEST_CASE("entry: a newer release of a known distribution takes the newest list") {
    Machine machine;
    run({"sh", "-c", "printf 'ID=made\\nVERSION_ID=9\\n' >\"$1\"", "sh", machine.at("os-release")});
    CHECK(has(machine.lab("doctor").err, "--no-install-recommends compiler\""));
  }

  TEST_CASE("entry: a relative of a known distribution takes its list") {
    Machine machine;
    run({"sh", "-c", "printf 'ID=kin\\nID_LIKE=\"x made\"\\n' >\"$1\"", "sh",
         machine.at("os-release")});
    CHECK(has(machine.lab("doctor").err, "--no-install-recommends compiler\""));
  }

  TEST_CASE("entry: it can be called by a link from anywhere") {
    const Machine machine(kAll);
    REQUIRE(machine.lab("demo").status == 0);
    std::filesystem::create_symlink(machine.clone() / "lab", machine.at("course"));
    CHECK(has(run({"sh", "-c", "cd / && \"$1\" clean", "sh", machine.at("course")}).out,
              "handed over"));
  }
}
