#include "toolkit/course/list.hpp"

#include <nlohmann/json.hpp>

#include "toolkit/test/test.hpp"

using toolkit::checks::Verdict;
using toolkit::course::Catalogue;
using toolkit::course::list_json;
using toolkit::course::list_text;
using toolkit::course::Progress;

namespace {

const Catalogue kCatalogue = {
    .labs = {{.number = "00", .name = "00-process", .title = "a command", .minutes = 30},
             {.number = "03", .name = "03-pivot-root", .title = "a root", .minutes = 75},
             {.number = "04", .name = "04-uts", .title = "a name", .minutes = 20}},
    .parts = {{.letter = 'A', .title = "a root", .labs = {"00-process", "03-pivot-root"}},
              {.letter = 'B', .title = "namespaces", .labs = {"04-uts"}}},
    .tracks = {{.name = "evening", .title = "an evening", .labs = {"04-uts"}}}};

const Progress kProgress = {{"00-process",
                             {.completed = "2026-11-24T23:55:01Z",
                              .last = {{.id = "00.1", .title = "t", .verdict = Verdict::fail}}}},
                            {"03-pivot-root",
                             {.last = {{.id = "03.1", .title = "t", .verdict = Verdict::pass},
                                       {.id = "03.2", .title = "t", .verdict = Verdict::fail}}}}};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("list: each lab with how far one is") {
    CHECK(list_text(kCatalogue, kProgress) ==
          "A. a root\n"
          "  00-process     a command  done\n"
          "  03-pivot-root  a root     1 of 2 checks\n"
          "\nB. namespaces\n"
          "  04-uts         a name     20 minutes\n");
  }

  TEST_CASE("list: a lab of which something was skipped is not done") {
    Progress progress = kProgress;
    progress["00-process"].last = {{.id = "00.1", .title = "t", .verdict = Verdict::pass},
                                   {.id = "00.2", .title = "t", .verdict = Verdict::skip}};
    CHECK(list_text(kCatalogue, progress).find("1 of 2 checks, others skipped\n") !=
          std::string::npos);
    progress["00-process"].passed["00.2"] = "2026-11-24T23:55:01Z";
    CHECK(list_text(kCatalogue, progress).find("a command  done\n") != std::string::npos);
  }

  TEST_CASE("list: as data") {
    const auto json = nlohmann::json::parse(list_json(kCatalogue, kProgress));
    CHECK(json.at("labs").size() == 3);
    CHECK(json.at("labs").at(0).at("completed") == "2026-11-24T23:55:01Z");
    CHECK(json.at("labs").at(1).at("last").at(1).at("verdict") == "FAIL");
    CHECK(json.at("labs").at(2).at("minutes") == 20);
    CHECK(json.at("parts").at(1).at("letter") == "B");
    CHECK(json.at("tracks").at(0).at("labs").at(0) == "04-uts");
  }
}
