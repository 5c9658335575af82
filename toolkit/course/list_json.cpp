#include <nlohmann/json.hpp>

#include "toolkit/check/report.hpp"
#include "toolkit/course/list.hpp"

namespace toolkit::course {
namespace {

using Json = nlohmann::ordered_json;

Json to_object(const Lab& lab, const LabProgress& progress) {
  Json json{{"number", lab.number},
            {"name", lab.name},
            {"title", lab.title},
            {"concept", lab.idea},
            {"contract", lab.contract},
            {"files", lab.files},
            {"prerequisites", lab.prerequisites},
            {"needs", lab.needs},
            {"minutes", lab.minutes},
            {"passed", progress.passed},
            {"completed", progress.completed},
            {"hints", progress.hints},
            {"given_up", progress.solution == Solution::given_up}};
  json["last"] = Json::array();
  for (const checks::Result& result : progress.last) {
    json["last"].push_back({{"id", result.id}, {"verdict", checks::verdict_name(result.verdict)}});
  }
  return json;
}

}  // namespace

std::string list_json(const Catalogue& catalogue, const Progress& progress) {
  Json json{{"labs", Json::array()}, {"parts", Json::array()}, {"tracks", Json::array()}};
  for (const Lab& lab : catalogue.labs) {
    const auto known = progress.find(lab.name);
    json["labs"].push_back(to_object(lab, known == progress.end() ? LabProgress{} : known->second));
  }
  for (const Part& part : catalogue.parts) {
    json["parts"].push_back(
        {{"letter", std::string(1, part.letter)}, {"title", part.title}, {"labs", part.labs}});
  }
  for (const Track& track : catalogue.tracks) {
    json["tracks"].push_back({{"name", track.name}, {"title", track.title}, {"labs", track.labs}});
  }
  return json.dump(1) + "\n";
}

}  // namespace toolkit::course
