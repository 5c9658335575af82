#include "toolkit/course/doctor/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "toolkit/course/doctor/fixture_test.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit::course;  // NOLINT: the names under test

namespace {

/// Characters, not bytes: the marks have three.
std::size_t width(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

Diagnosis one_finding(const Finding& finding) {
  return {.findings = {finding}, .as_root = true, .sentence = "The end."};
}

Finding lack() {
  return {.id = "fuse",
          .what = "FUSE",
          .state = State::missing,
          .found = "no /dev/fuse",
          .needed_by = {"25"},
          .consequence = "Lab 25 is skipped.",
          .remedy = "modprobe fuse"};
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("table: a lack is a row with a number and its remedy below") {
    CHECK(to_table(one_finding(lack()), Colour::no) ==
          "  what                found                              needed by     to do\n"
          "✗ FUSE                no /dev/fuse                       25            see 1\n"
          "\n"
          "1   FUSE: Lab 25 is skipped.\n"
          "    → modprobe fuse\n"
          "\n"
          "The end.\n");
  }

  TEST_CASE("table: what is there is a row alone") {
    Finding good{.id = "fuse", .what = "FUSE", .found = "/dev/fuse opens", .needed_by = {"25"}};
    CHECK(to_table(one_finding(good), Colour::no) ==
          "  what                found                              needed by     to do\n"
          "✓ FUSE                /dev/fuse opens                    25\n"
          "\n"
          "The end.\n");
  }

  TEST_CASE("table: lacks with one consequence and remedy share a number") {
    Diagnosis diagnosis = one_finding(lack());
    diagnosis.findings.push_back(lack());
    diagnosis.findings.back().what = "FUSE again";
    const std::string table = to_table(diagnosis, Colour::no);
    CHECK(table.find("see 2") == std::string::npos);
    CHECK(table.find("1   FUSE, FUSE again: Lab 25 is skipped.") != std::string::npos);
  }

  TEST_CASE("table: nothing but a command is wider than 80 columns") {
    Facts facts;
    facts.identity.uid = 1000;
    facts.rootless = Trial();
    facts.rootless->set(Step::user_ns, 1);
    facts.cgroup = {.layout = CgroupLayout::v1,
                    .v1 = {"blkio", "cpu", "cpuacct", "cpuset", "devices", "memory", "pids"}};
    const std::string table = to_table(diagnose(facts), Colour::no);
    for (const std::string_view line : toolkit::lines(table)) {
      CAPTURE(std::string(line));
      if (!line.starts_with("    →")) CHECK(width(line) <= 80);
    }
  }

  TEST_CASE("table: colours come only when asked for") {
    CHECK(to_table(one_finding(lack()), Colour::no).find('\033') == std::string::npos);
    CHECK(to_table(one_finding(lack()), Colour::yes).find("\033[31m✗\033[0m") != std::string::npos);
  }

  TEST_CASE("table: bytes that would disturb the terminal are shown as text") {
    Finding finding = lack();
    finding.found = "evil\033[2J";
    CHECK(to_table(one_finding(finding), Colour::no).find("evil\\x1b[2J") != std::string::npos);
  }

  TEST_CASE("json: the keys of the document and of a finding") {
    const auto document = nlohmann::json::parse(to_json(one_finding(lack())));
    CHECK(document["version"] == 1);
    CHECK(document["containers"]["possible"] == true);
    CHECK(document["containers"]["as_root"] == true);
    CHECK(document["containers"]["rootless"] == false);
    CHECK(document["containers"]["forbidden_by"].is_null());
    CHECK(document["containers"]["remedy"].is_null());
    CHECK(document["sentence"] == "The end.");
    CHECK(document["findings"][0] == nlohmann::json{{"id", "fuse"},
                                                    {"what", "FUSE"},
                                                    {"state", "missing"},
                                                    {"found", "no /dev/fuse"},
                                                    {"needed_by", {"25"}},
                                                    {"consequence", "Lab 25 is skipped."},
                                                    {"remedy", "modprobe fuse"}});
  }

  TEST_CASE("json: what is good has null for consequence and remedy") {
    const auto document = nlohmann::json::parse(to_json(diagnose(healthy_machine())));
    for (const auto& finding : document["findings"]) {
      CHECK(finding["consequence"].is_null());
      CHECK(finding["remedy"].is_null());
    }
  }

  TEST_CASE("json: what forbids containers stands with its remedy") {
    Diagnosis diagnosis;
    diagnosis.forbidden = Cause{.reason = "no", .remedy = "do"};
    const auto document = nlohmann::json::parse(to_json(diagnosis));
    CHECK(document["containers"]["possible"] == false);
    CHECK(document["containers"]["forbidden_by"] == "no");
    CHECK(document["containers"]["remedy"] == "do");
  }

  TEST_CASE("json: bytes that are no UTF-8 do not end the report") {
    Finding finding = lack();
    finding.found = "\xff";
    CHECK(nlohmann::json::parse(to_json(one_finding(finding)))["findings"][0]["found"] == "\uFFFD");
  }
}
