#include "toolkit/course/junit.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace toolkit::course;  // NOLINT

namespace {

/// A report with one test, as ctest 3.25 writes it.
std::string report_of(const std::string& status, const std::string& inside) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"t\" tests=\"1\">\n"
         "<testcase name=\"fd: it &lt;works&gt;\" classname=\"c\" time=\"0.25\" status=\"" +
         status + "\">" + inside + "</testcase></testsuite>";
}

TestResult only(const std::string& xml) {
  const std::vector<TestResult> results = read_junit(xml);
  REQUIRE(results.size() == 1);
  return results.front();
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("junit: name and time and output are read") {
    const TestResult result = only(report_of("run", "<system-out>a &amp; b\n</system-out>"));
    CHECK(result.name == "fd: it <works>");
    CHECK(result.seconds == doctest::Approx(0.25));
    CHECK(result.output == "a & b\n");
  }

  TEST_CASE("junit: a test that ran has passed") {
    CHECK(only(report_of("run", "")).verdict == Verdict::passed);
  }

  TEST_CASE("junit: a test that failed has failed") {
    CHECK(only(report_of("fail", "<failure message=\"\"/>")).verdict == Verdict::failed);
  }

  TEST_CASE("junit: a skip carries the reason that was printed") {
    const TestResult result =
        only(report_of("notrun",
                       "<skipped message=\"SKIP_REGULAR_EXPRESSION_MATCHED\"/>"
                       "<system-out>[doctest] run\nSKIPPED: no overlay\nmore</system-out>"));
    CHECK(result.verdict == Verdict::skipped);
    CHECK(result.reason == "no overlay");
  }

  TEST_CASE("junit: a test that failed after it printed a skip has failed") {
    const TestResult result =
        only(report_of("notrun",
                       "<skipped message=\"SKIP_REGULAR_EXPRESSION_MATCHED\"/>"
                       "<system-out>SKIPPED: x\n[doctest] Status: FAILURE!</system-out>"));
    CHECK(result.verdict == Verdict::failed);
  }

  TEST_CASE("junit: a test whose program is missing has failed") {
    const TestResult result =
        only(report_of("notrun",
                       "<skipped message=\"Unable to find executable\"/>"
                       "<system-out>Unable to find executable: /x</system-out>"));
    CHECK(result.verdict == Verdict::failed);
    CHECK(result.reason == "not run: Unable to find executable");
  }

  TEST_CASE("junit: a disabled test is a skip") {
    CHECK(only(report_of("disabled", "<system-out>Disabled</system-out>")).verdict ==
          Verdict::skipped);
  }

  TEST_CASE("junit: half a report is an error") {
    CHECK_THROWS_AS(read_junit("<testsuite><testcase"), std::runtime_error);
  }

  TEST_CASE("junit: another document is an error") {
    CHECK_THROWS_AS(read_junit("<html/>"), std::runtime_error);
  }
}
