#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "toolkit/check/report.hpp"
#include "toolkit/course/subject.hpp"

namespace toolkit::course {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<Kind, const char*>, 5> kKinds{{{Kind::starter, "starter"},
                                                              {Kind::partial, "partial"},
                                                              {Kind::solution, "solution"},
                                                              {Kind::mutant, "mutant"},
                                                              {Kind::guest, "guest"}}};
constexpr std::array<std::pair<Holds, const char*>, 3> kHolds{
    {{Holds::yes, "yes"}, {Holds::no, "no"}, {Holds::skipped, "skipped"}}};

template <typename Enum, std::size_t Size>
const char* name_of(const std::array<std::pair<Enum, const char*>, Size>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  throw std::logic_error("an enumerator without a name");
}

template <typename Enum, std::size_t Size>
Enum value_of(const std::array<std::pair<Enum, const char*>, Size>& names,
              const std::string& name) {
  for (const auto& [value, known] : names) {
    if (known == name) return value;
  }
  throw std::runtime_error("nothing is called '" + name + "'");
}

}  // namespace

std::string to_json(const Verified& verified) {
  Json json{{"lab", verified.lab},
            {"kind", name_of(kKinds, verified.kind)},
            {"name", verified.name},
            {"holds", name_of(kHolds, verified.judgement.holds)},
            {"why", verified.judgement.why}};
  if (!verified.caught_by.empty()) json["caught_by"] = verified.caught_by;
  if (!verified.hint.empty()) json["hint"] = verified.hint;
  json["results"] = Json::array();
  for (const checks::Result& result : verified.results) {
    json["results"].push_back(Json::parse(checks::to_json(result)));
  }
  json["seconds"] = verified.seconds;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Verified verified_from_json(const std::string& text) {
  const Json json = Json::parse(text);
  Verified verified{
      .lab = json.at("lab"),
      .kind = value_of(kKinds, json.at("kind")),
      .name = json.at("name"),
      .judgement = {.holds = value_of(kHolds, json.at("holds")), .why = json.at("why")},
      .caught_by = json.value("caught_by", std::string()),
      .hint = json.value("hint", std::string()),
      .seconds = json.at("seconds")};
  for (const Json& result : json.at("results")) {
    verified.results.push_back(checks::result_from_json(result.dump()));
  }
  return verified;
}

}  // namespace toolkit::course
