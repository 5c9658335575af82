#include <nlohmann/json.hpp>

#include "toolkit/course/doctor/report.hpp"

namespace toolkit::course {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(State state) {
  switch (state) {
    case State::good:
      return "good";
    case State::limited:
      return "limited";
    case State::missing:
      return "missing";
  }
  return "";
}

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

std::string to_json(const Diagnosis& diagnosis) {
  const bool possible = diagnosis.as_root || diagnosis.rootless;
  Json containers{{"possible", possible},
                  {"as_root", diagnosis.as_root},
                  {"rootless", diagnosis.rootless},
                  {"forbidden_by", Json()},
                  {"remedy", Json()}};
  if (diagnosis.forbidden) {
    containers["forbidden_by"] = diagnosis.forbidden->reason;
    containers["remedy"] = or_null(diagnosis.forbidden->remedy);
  }
  Json findings = Json::array();
  for (const Finding& finding : diagnosis.findings) {
    findings.push_back({{"id", finding.id},
                        {"what", finding.what},
                        {"state", name_of(finding.state)},
                        {"found", finding.found},
                        {"needed_by", finding.needed_by},
                        {"consequence", or_null(finding.consequence)},
                        {"remedy", or_null(finding.remedy)}});
  }
  const Json document{{"version", 1},
                      {"containers", containers},
                      {"findings", findings},
                      {"sentence", diagnosis.sentence}};
  constexpr int kIndent = 2;
  // A file of the machine may hold bytes that are no UTF-8; they must not end the report.
  return document.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace toolkit::course
