#include "bench/report.hpp"

#include <nlohmann/json.hpp>

#include "toolkit/test/test.hpp"

using toolkit::bench::Family;
using toolkit::bench::is_busy;
using toolkit::bench::Machine;
using toolkit::bench::processor_name;
using toolkit::bench::to_json;
using toolkit::bench::to_table;

namespace {

Machine quiet_machine() {
  return {.kernel = "Linux 6.1.0 x86_64",
          .cpus = 2,
          .processor = "Some CPU",
          .filesystem = "ext4",
          .cgroups = "v2",
          .load_before = 0.1,
          .load_after = 1.3,
          .versions = {{"bwrap", "bubblewrap 0.8.0"}}};
}

std::vector<Family> families() {
  return {{.title = "starting a container, hot",
           .series = {{.name = "bare process", .samples = {{500, 400}}, .system_calls = 12},
                      {.name = "bwrap", .absent = "not installed"},
                      {.name = "cooper, in place", .samples = {{2500, 2000}}}}}};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The line of the table that opens with this name.
std::string row(const std::string& name) {
  const std::string table = to_table(quiet_machine(), families());
  const std::size_t begin = table.find("  " + name);
  REQUIRE(begin != std::string::npos);
  return table.substr(begin, table.find('\n', begin) - begin);
}

nlohmann::json data() { return nlohmann::json::parse(to_json(quiet_machine(), families())); }

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("report: the table opens with the machine") {
    CHECK(to_table(quiet_machine(), {}).starts_with("Linux 6.1.0 x86_64, 2 CPUs (Some CPU), ext4"));
  }

  TEST_CASE("report: a row tells milliseconds and the ratio to the bare process") {
    CHECK(contains(row("cooper, in place"), "2.500    2.500    2.000    5.00"));
  }

  TEST_CASE("report: a row tells the system calls that were counted") {
    CHECK(row("bare process").ends_with(" 12"));
  }

  TEST_CASE("report: system calls that nobody counted are a dash") {
    CHECK(row("cooper, in place").ends_with(" -"));
  }

  TEST_CASE("report: who is absent is said to be") {
    CHECK(contains(row("bwrap"), "absent: not installed"));
  }

  TEST_CASE("report: the columns of the peer are left out where it takes no part") {
    const Family creation{.title = "creating", .series = {{.name = "none", .samples = {{1, 1}}}}};
    CHECK_FALSE(contains(to_table(quiet_machine(), {creation}), "x bwrap"));
  }

  TEST_CASE("report: a quiet machine needs no warning") {
    CHECK_FALSE(contains(to_table(quiet_machine(), families()), "warning"));
  }

  TEST_CASE("report: a busy machine is warned of") {
    Machine machine = quiet_machine();
    machine.load_before = 1.5;
    CHECK(is_busy(machine));
    CHECK(contains(to_table(machine, families()), "warning: the machine is busy"));
  }

  TEST_CASE("report: the data has the machine and the versions") {
    CHECK(data().at("machine").at("cpus") == 2);
    CHECK(data().at("machine").at("busy") == false);
    CHECK(data().at("versions").at("bwrap") == "bubblewrap 0.8.0");
  }

  TEST_CASE("report: the data keeps each sample") {
    const auto series = data().at("families")[0].at("series")[2];
    CHECK(series.at("samples_us").at("wall") == nlohmann::json({2500.0}));
    CHECK(series.at("samples_us").at("cpu") == nlohmann::json({2000.0}));
    CHECK(series.at("median_us") == 2500.0);
    CHECK(series.at("ratio_to_bare") == 5.0);
  }

  TEST_CASE("report: in the data an absent one has the reason and no numbers") {
    const auto series = data().at("families")[0].at("series")[1];
    CHECK(series.at("absent") == "not installed");
    CHECK_FALSE(series.contains("median_us"));
  }

  TEST_CASE("machine: the processor is found in cpuinfo") {
    CHECK(processor_name("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n") == "Some CPU @ 2 GHz");
  }

  TEST_CASE("machine: a cpuinfo that names no processor is no error") {
    CHECK(processor_name("processor\t: 0\nBogoMIPS\t: 50\n") == "unknown");
  }
}
