#include "toolkit/course/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "toolkit/course/suggest.hpp"
#include "toolkit/course/usage.hpp"
#include "toolkit/course/yaml.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

/// "04" of "04-uts"; nothing of a folder that is no lab.
std::optional<std::string> number_of(std::string_view name) {
  const std::string_view number = name.substr(0, name.find('-'));
  if (number.size() != 2 || number.size() + 1 >= name.size() || !parse_number(number.substr(1)) ||
      !parse_number(number.substr(0, 1))) {
    return {};
  }
  return std::string(number);
}

Lab read_lab(const fs::path& source, const std::string& name, const std::string& number) {
  const std::string file = "labs/" + name + "/lab.yaml";
  const YamlMap map = parse_yaml_map(read_file(source / file), file);
  map.expect_only({"title", "concept", "files", "program", "contract", "prerequisites", "minutes",
                   "needs", "by_hand", "beside", "done", "milestone"});
  Lab lab{.number = number,
          .name = name,
          .title = map.text("title"),
          .idea = map.text("concept"),
          .program = map.text("program"),
          .contract = map.text("contract"),
          .done = map.text("done"),
          .milestone = map.text("milestone", ""),
          .files = map.list("files"),
          .prerequisites = map.list("prerequisites"),
          .needs = map.list("needs"),
          .by_hand = map.list("by_hand"),
          .beside = map.list("beside"),
          .minutes = map.number("minutes")};
  if (lab.files.empty()) map.fail("files", "a lab has a file that the learner edits");
  for (const std::string& edited : lab.files) {
    if (edited.find('/') != std::string::npos || !edited.ends_with(".cpp")) {
      map.fail("files", fmt::format("'{}' is no .cpp beside lab.yaml", edited));
    }
  }
  return lab;
}

bool has_lab(const std::vector<Lab>& labs, std::string_view name) {
  return std::any_of(labs.begin(), labs.end(), [&](const Lab& lab) { return lab.name == name; });
}

/// The names of the labs that are there of a list of numbers.
std::vector<std::string> names_of(const std::vector<Lab>& labs,
                                  const std::vector<std::string>& numbers) {
  std::vector<std::string> names;
  for (const std::string& number : numbers) {
    for (const Lab& lab : labs) {
      if (lab.number == number) names.push_back(lab.name);
    }
  }
  return names;
}

void read_course(Catalogue& catalogue, const fs::path& source) {
  const std::string file = "labs/course.yaml";
  const YamlMap map = parse_yaml_map(read_file(source / file), file);
  map.expect_only({"parts", "tracks"});
  for (const YamlMap& entry : map.maps("parts")) {
    entry.expect_only({"letter", "title", "first", "last"});
    Part part{.letter = entry.text("letter").at(0), .title = entry.text("title")};
    const std::string first = entry.text("first");
    const std::string last = entry.text("last");
    for (const Lab& lab : catalogue.labs) {
      if (first <= lab.number && lab.number <= last) part.labs.push_back(lab.name);
    }
    if (!part.labs.empty()) catalogue.parts.push_back(std::move(part));
  }
  for (const YamlMap& entry : map.maps("tracks")) {
    entry.expect_only({"name", "title", "labs"});
    Track track{.name = entry.text("name"),
                .title = entry.text("title"),
                .labs = names_of(catalogue.labs, entry.list("labs"))};
    if (!track.labs.empty()) catalogue.tracks.push_back(std::move(track));
  }
}

/// The lab in one of whose folders a path lies.
const Lab* lab_of(const Catalogue& catalogue, const fs::path& source, const fs::path& path) {
  std::error_code ignored;
  const fs::path real = fs::weakly_canonical(path, ignored);
  const fs::path inside = real.lexically_relative(fs::weakly_canonical(source, ignored));
  auto part = inside.begin();
  if (part == inside.end() || (*part != "labs" && *part != "solutions")) return nullptr;
  if (++part == inside.end()) return nullptr;
  const auto found = std::find_if(catalogue.labs.begin(), catalogue.labs.end(),
                                  [&](const Lab& lab) { return *part == lab.name; });
  return found == catalogue.labs.end() ? nullptr : &*found;
}

bool is_called(const Lab& lab, std::string_view word) {
  const std::string_view number = lab.number;
  const std::string_view plain = std::string_view(lab.name).substr(number.size() + 1);
  const std::string_view digit = number.substr(number.front() == '0' ? 1 : 0);
  return word == number || word == digit || word == lab.name || word == plain ||
         word == lab.program;
}

[[noreturn]] void fail_unknown(const Catalogue& catalogue, std::string_view word) {
  std::vector<std::string> known;
  for (const Lab& lab : catalogue.labs) {
    known.push_back(lab.name);
    known.push_back(lab.name.substr(lab.number.size() + 1));
  }
  if (const auto meant = suggest(word, known)) {
    throw UsageError(fmt::format("no lab '{}'; did you mean '{}'?", printable(word), *meant));
  }
  throw UsageError(fmt::format("no lab '{}'; ./lab list tells which there are", printable(word)));
}

}  // namespace

Catalogue read_catalogue(const fs::path& source) {
  Catalogue catalogue;
  for (const fs::directory_entry& entry : fs::directory_iterator(source / "labs")) {
    const std::string name = entry.path().filename();
    const auto number = number_of(name);
    if (!number || !fs::exists(entry.path() / "lab.yaml")) continue;
    catalogue.labs.push_back(read_lab(source, name, *number));
  }
  std::sort(catalogue.labs.begin(), catalogue.labs.end(),
            [](const Lab& a, const Lab& b) { return a.name < b.name; });
  for (const Lab& lab : catalogue.labs) {
    for (const std::string& name : lab.prerequisites) {
      if (!has_lab(catalogue.labs, name)) {
        throw std::runtime_error(
            fmt::format("labs/{}/lab.yaml: prerequisites: no lab '{}'", lab.name, name));
      }
    }
  }
  read_course(catalogue, source);
  for (const Lab& lab : catalogue.labs) {
    const bool placed =
        std::any_of(catalogue.parts.begin(), catalogue.parts.end(), [&lab](const Part& part) {
          return std::find(part.labs.begin(), part.labs.end(), lab.name) != part.labs.end();
        });
    if (!placed) {
      throw std::runtime_error(fmt::format(
          "labs/course.yaml: parts: none holds lab {}; see first and last", lab.number));
    }
  }
  return catalogue;
}

const Lab& find_lab(const Catalogue& catalogue, const fs::path& source, std::string_view word,
                    const fs::path& directory) {
  if (word.empty()) {
    const Lab* here = lab_of(catalogue, source, directory);
    if (here != nullptr) return *here;
    throw UsageError("which lab? Name it by its number, or go into its folder");
  }
  for (const Lab& lab : catalogue.labs) {
    if (is_called(lab, word)) return lab;
  }
  if (const Lab* there = lab_of(catalogue, source, directory / word)) return *there;
  fail_unknown(catalogue, word);
}

}  // namespace toolkit::course
