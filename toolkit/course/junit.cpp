#include "toolkit/course/junit.hpp"

#include <fmt/format.h>

#include <pugixml.hpp>
#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

constexpr std::string_view kSkipped = "SKIPPED: ";

std::string skip_reason(std::string_view output) {
  const std::size_t at = output.find(kSkipped);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = output.substr(at + kSkipped.size());
  return std::string(trim(rest.substr(0, rest.find('\n'))));
}

TestResult read_case(const pugi::xml_node& node) {
  TestResult result{.name = node.attribute("name").as_string(),
                    .verdict = Verdict::failed,
                    .seconds = node.attribute("time").as_double(),
                    .output = node.child("system-out").text().as_string()};
  const std::string_view status = node.attribute("status").as_string();
  // ctest takes for a skip whatever prints the word, a failing test too.
  const bool failed_all_the_same = result.output.find("Status: FAILURE!") != std::string::npos;
  std::string reason = skip_reason(result.output);
  if (status == "run") {
    result.verdict = Verdict::passed;
  } else if (status == "disabled") {
    result.verdict = Verdict::skipped;
    result.reason = "disabled";
  } else if (status == "notrun" && !reason.empty() && !failed_all_the_same) {
    result.verdict = Verdict::skipped;
    result.reason = std::move(reason);
  } else if (status == "notrun" && reason.empty()) {
    result.reason = fmt::format("not run: {}", node.child("skipped").attribute("message").value());
  }
  return result;
}

}  // namespace

std::vector<TestResult> read_junit(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(xml.data(), xml.size());
  if (!parsed) throw std::runtime_error(fmt::format("ctest's report: {}", parsed.description()));
  const pugi::xml_node suite = document.child("testsuite");
  if (!suite) throw std::runtime_error("ctest's report has no <testsuite>");
  std::vector<TestResult> results;
  for (const pugi::xml_node& node : suite.children("testcase")) results.push_back(read_case(node));
  return results;
}

}  // namespace toolkit::course
