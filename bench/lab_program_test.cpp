// The program behind `lab bench labs` and `lab bench predict`, by pipes and at a terminal.
#include <nlohmann/json.hpp>
#include <set>

#include "bench/workspace.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/terminal.hpp"
#include "toolkit/test/test.hpp"

using toolkit::test::built;
using toolkit::test::Outcome;
using toolkit::test::run;
using toolkit::test::TempDir;
using toolkit::test::Typist;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// `lab bench predict`, with the lines of a learner.
Outcome predict(const std::string& lines, const std::string& words) {
  return run(
      {"sh", "-c", "printf '" + lines + "' | " + built("bin/lab") + " bench predict " + words});
}

/// The directories that a measurement leaves.
std::set<std::string> left_behind() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(toolkit::bench::kTreesBelow)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("lab-cost.")) names.insert(name);
  }
  return names;
}

}  // namespace

TEST_SUITE("tool") {
  TEST_CASE("predict: both numbers of a learner stand beside what was measured [userns]") {
    NEEDS_USER_NAMESPACES();
    const Outcome outcome = predict("40\\n1.5\\n", "04 --quick");
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    CHECK(contains(outcome.out, "Lab 04-uts: UTS namespace, host name set."));
    CHECK(contains(outcome.out, "How many µs does this add? 40\n"));
    CHECK(contains(outcome.out, "times as long (1 is the same)? 1.5\n"));
    CHECK(contains(outcome.out, "added to a start                    40 µs"));
    CHECK(contains(outcome.out, "uname                              x 1.50"));
  }

  TEST_CASE("predict: without an answer it shows what is measured [userns]") {
    NEEDS_USER_NAMESPACES();
    for (const char* lines : {"", "\\n\\n", "\\n", "a lot\\nvery\\n"}) {
      CAPTURE(lines);
      const Outcome outcome = predict(lines, "08 --quick");
      CHECK(outcome.status == 0);
      CHECK(contains(outcome.out, "added to a start                        -"));
      CHECK(contains(outcome.out, "no number I can read") == contains(lines, "a lot"));
      CHECK((contains(outcome.out, "\n  Running, it takes ") ||
             contains(outcome.out, "\n  Running, no difference ")));
    }
  }

  TEST_CASE("predict: a way out of a chroot has a start to measure, and nothing that runs") {
    NEEDS_USER_NAMESPACES();
    const Outcome outcome = predict("5\\n", "02 --quick");
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.out, "out of a chroot, twelve deep"));
    CHECK(contains(outcome.out, "added to a start"));
    CHECK_FALSE(contains(outcome.out, "how many times as long"));
  }

  TEST_CASE("predict: as data it says both, and the questions go to stderr [userns]") {
    NEEDS_USER_NAMESPACES();
    const Outcome outcome = predict("40 µs\\n\\n", "04-uts --quick --json");
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.err, "How many µs does this add?"));
    const auto report = nlohmann::json::parse(outcome.out);
    CHECK(report.at("lab") == "04-uts");
    CHECK(report.at("prediction").at("added_us") == 40);
    CHECK(report.at("prediction").at("factor").is_null());
    CHECK(report.at("start").at("samples_us").at("with").at("wall").size() == 20);
    CHECK(report.at("running").at("ratio_to_bare") > 0);
    CHECK(report.at("machine").contains("bare"));
  }

  TEST_CASE("predict: at a terminal it waits for each answer [userns]") {
    NEEDS_USER_NAMESPACES();
    Typist typist({built("bin/lab"), "bench", "predict", "04", "--quick"}, {});
    typist.wait_for("does this add? ");
    typist.type("7\n");
    typist.wait_for("is the same)? ");
    typist.type("\n");
    typist.wait_for("added to a start");
    CHECK(contains(typist.rest(), "7.0 µs"));
    CHECK(typist.status() == 0);
  }

  TEST_CASE("predict: Ctrl-C while it measures ends it and leaves nothing [userns]") {
    NEEDS_USER_NAMESPACES();
    const std::set<std::string> before = left_behind();
    Typist typist({built("bin/lab"), "bench", "predict", "04"}, {});
    typist.wait_for("does this add? ");
    typist.type("\n");
    typist.wait_for("is the same)? ");
    typist.type("\n");
    typist.wait_for("Measuring");
    typist.type("\x03");
    static_cast<void>(typist.rest());
    CHECK(typist.status() == 130);
    CHECK(left_behind() == before);
  }

  TEST_CASE("predict: a lab that is not there is told, and one whose cost nobody knows") {
    const Outcome unknown = run({built("bin/lab"), "bench", "predict", "99"});
    CHECK(unknown.status == 2);
    CHECK(contains(unknown.err, "no lab '99'"));
    const Outcome none = run({built("libexec/cooperage/lab-cost"), "--predict", "99"});
    CHECK(none.status == 69);
    CHECK(none.err == "lab: of lab 99 no cost is known\n");
  }

  TEST_CASE("bench labs: a table with a row a lab, and the data behind it [userns]") {
    NEEDS_USER_NAMESPACES();
    const TempDir scratch;
    const std::string file = scratch.at("labs.json");
    const Outcome outcome = run({built("bin/lab"), "bench", "labs", "--quick", "--json", file});
    CHECK(outcome.status == 0);
    for (const char* lab :
         {"00-process", "01-chroot", "02-escape", "03-pivot-root", "04-uts", "05-mount", "06-pid",
          "07-ipc", "08-net", "09-user", "10-time", "17-cgroup"}) {
      CHECK_MESSAGE(contains(outcome.out, lab), lab);
    }
    const auto report = nlohmann::json::parse(toolkit::read_file(file));
    CHECK(report.at("labs").size() == 12);
    CHECK(report.at("labs").at(4).at("start").at("samples_us").at("bare").at("wall").size() == 10);
  }

  TEST_CASE("bench labs: a file that can't be written is told before anything is measured") {
    const Outcome outcome =
        run({built("bin/lab"), "bench", "labs", "--json", "/no/such/labs.json"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "lab: open '/no/such/labs.json': No such file or directory\n");
    CHECK(outcome.out.empty());
  }

  TEST_CASE("lab bench --help names its suites") {
    const Outcome outcome = run({built("bin/lab"), "bench", "--help"});
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.out, "labs "));
    CHECK(contains(outcome.out, "predict "));
    CHECK(contains(run({built("bin/lab"), "completion", "bash"}).out, "labs predict"));
  }
}
