#include "toolkit/check/report.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace toolkit::checks {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<Verdict, std::string_view>, 5> kNames{{{Verdict::pass, "PASS"},
                                                                      {Verdict::fail, "FAIL"},
                                                                      {Verdict::blocked, "BLOCKED"},
                                                                      {Verdict::skip, "SKIP"},
                                                                      {Verdict::infra, "INFRA"}}};

Verdict verdict_of(std::string_view name) {
  for (const auto& [verdict, known] : kNames) {
    if (known == name) return verdict;
  }
  throw std::runtime_error("no verdict '" + std::string(name) + "'");
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  for (const auto& [known, name] : kNames) {
    if (known == verdict) return name;
  }
  return "INFRA";
}

std::string to_json(const Result& result) {
  Json json{{"id", result.id},
            {"title", result.title},
            {"points", result.points},
            {"needs", result.needs},
            {"verdict", verdict_name(result.verdict)}};
  const std::array<std::pair<const char*, const std::string*>, 6> texts{
      {{"did", &result.did},
       {"expected", &result.expected},
       {"seen", &result.seen},
       {"evidence", &result.evidence},
       {"hint", &result.hint},
       {"reason", &result.reason}}};
  for (const auto& [name, text] : texts) {
    if (!text->empty()) json[name] = *text;
  }
  for (const Leftover& left : result.left) {
    json["left"].push_back({{"what", left.what}, {"remedy", left.remedy}});
  }
  if (!result.explained.empty()) json["explained"] = result.explained;
  json["seconds"] = result.seconds;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result result_from_json(std::string_view line) {
  try {
    const Json json = Json::parse(line);
    const auto text = [&json](const char* name) { return json.value(name, std::string()); };
    Result result{.id = json.at("id"),
                  .title = json.at("title"),
                  .points = json.at("points"),
                  .needs = json.at("needs"),
                  .verdict = verdict_of(json.at("verdict").get<std::string>()),
                  .did = text("did"),
                  .expected = text("expected"),
                  .seen = text("seen"),
                  .evidence = text("evidence"),
                  .hint = text("hint"),
                  .reason = text("reason"),
                  .explained = json.value("explained", std::vector<std::string>()),
                  .seconds = json.value("seconds", 0.0)};
    for (const Json& left : json.value("left", Json::array())) {
      result.left.push_back({left.at("what"), left.at("remedy")});
    }
    return result;
  } catch (const Json::exception& error) {
    throw std::runtime_error(std::string("no result of a check: ") + error.what());
  }
}

}  // namespace toolkit::checks
