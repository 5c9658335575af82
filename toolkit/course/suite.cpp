#include "toolkit/course/suite.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

using nlohmann::json;

std::vector<std::string> labels_of(const json& test) {
  const json properties = test.value("properties", json::array());
  for (const json& property : properties) {
    if (property.value("name", "") == "LABELS") return property.at("value");
  }
  return {};
}

bool has_label(const SuiteTest& test, std::string_view label) {
  return std::find(test.labels.begin(), test.labels.end(), label) != test.labels.end();
}

}  // namespace

std::vector<SuiteTest> read_suite(std::string_view text) {
  std::vector<SuiteTest> suite;
  try {
    const json list = json::parse(text);
    for (const json& test : list.at("tests")) {
      suite.push_back({.number = static_cast<int>(suite.size()) + 1,
                       .name = test.at("name"),
                       .labels = labels_of(test)});
    }
  } catch (const json::exception& error) {
    throw std::runtime_error(std::string("ctest's list of tests: ") + error.what());
  }
  return suite;
}

std::vector<SuiteTest> select(const std::vector<SuiteTest>& suite,
                              const std::vector<std::string>& names, LongTests long_tests) {
  const auto wanted = [&](const SuiteTest& test) {
    if (std::find(names.begin(), names.end(), test.name) != names.end()) return true;
    if (long_tests == LongTests::left_out && has_label(test, "long")) return false;
    return names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
             return has_label(test, name) || test.name.find(name) != std::string::npos;
           });
  };
  std::vector<SuiteTest> selected;
  std::copy_if(suite.begin(), suite.end(), std::back_inserter(selected), wanted);
  return selected;
}

std::optional<Ended> read_ended(std::string_view line) {
  constexpr std::string_view kTest = " Test ";
  const std::size_t test = line.find(kTest);
  const std::size_t hash = line.find('#');
  const std::size_t colon = line.find(':', std::min(hash, line.size()));
  const std::size_t dots = line.rfind("..");
  if (test == std::string_view::npos || hash == std::string_view::npos || test > hash ||
      colon == std::string_view::npos || dots == std::string_view::npos || dots < colon) {
    return {};
  }
  const auto number = parse_number(line.substr(hash + 1, colon - hash - 1));
  if (!number) return {};
  std::string_view state = line.substr(dots + 2);
  state.remove_prefix(std::min(state.find_first_not_of("* "), state.size()));
  return Ended{.number = static_cast<int>(*number),
               .state = std::string(trim(state.substr(0, state.find("  "))))};
}

std::string numbers_for_ctest(const std::vector<SuiteTest>& tests) {
  std::string numbers =
      "0,0,0";  // no start, no end, no stride: only the single numbers that follow
  for (const SuiteTest& test : tests) numbers.append(",").append(std::to_string(test.number));
  return numbers;
}

}  // namespace toolkit::course
