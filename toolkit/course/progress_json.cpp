#include <nlohmann/json.hpp>

#include "toolkit/check/report.hpp"
#include "toolkit/course/progress.hpp"

namespace toolkit::course {
namespace {

using Json = nlohmann::ordered_json;

LabProgress lab_from(const Json& json) {
  LabProgress progress{
      .passed = json.value("passed", std::map<std::string, std::string>()),
      .completed = json.value("completed", std::string()),
      .checked = json.value("checked", std::string()),
      .hints = json.value("hints", std::map<std::string, int>()),
      .solution = json.value("given_up", false) ? Solution::given_up : Solution::hidden};
  for (const Json& result : json.value("last", Json::array())) {
    progress.last.push_back(checks::result_from_json(result.dump()));
  }
  return progress;
}

Json to_object(const LabProgress& progress) {
  Json json{{"passed", progress.passed},
            {"completed", progress.completed},
            {"checked", progress.checked},
            {"hints", progress.hints},
            {"given_up", progress.solution == Solution::given_up}};
  for (const checks::Result& result : progress.last) {
    json["last"].push_back(Json::parse(checks::to_json(result)));
  }
  return json;
}

}  // namespace

Progress parse_progress(std::string_view text) {
  try {
    Progress progress;
    const Json json = Json::parse(text);
    for (const auto& [name, lab] : json.at("labs").items()) progress[name] = lab_from(lab);
    return progress;
  } catch (const Json::exception& error) {
    throw std::runtime_error(error.what());
  }
}

std::string to_json(const Progress& progress) {
  Json labs = Json::object();
  for (const auto& [name, lab] : progress) labs[name] = to_object(lab);
  return Json{{"labs", labs}}.dump(1) + "\n";
}

}  // namespace toolkit::course
