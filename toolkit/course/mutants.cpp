#include "toolkit/course/mutants.hpp"

#include <algorithm>

#include "toolkit/course/yaml.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

/// The text with its lines after the first moved to the right.
std::string indented(std::string_view text, std::string_view indent) {
  std::string moved;
  for (const std::string_view line : split(text, '\n')) {
    if (!moved.empty()) moved.append("\n").append(line.empty() ? "" : indent);
    moved.append(line);
  }
  return moved;
}

struct Match {
  std::size_t at = 0;
  std::size_t length = 0;
  std::string_view indent;  ///< of the line it begins in; empty where the text stands as it is
};

std::vector<Match> find_all(std::string_view source, std::string_view find) {
  std::vector<Match> matches;
  const std::string_view first = find.substr(0, find.find('\n'));
  if (first.empty()) return matches;
  for (std::size_t at = source.find(first); at != std::string_view::npos;
       at = source.find(first, at + 1)) {
    const std::string_view rest = source.substr(at);
    const std::size_t line = source.rfind('\n', at) + 1;
    std::string_view indent = source.substr(line, at - line);
    indent = indent.substr(0, indent.find_first_not_of(' '));
    const std::string moved = indented(find, indent);
    if (rest.starts_with(moved)) {
      matches.push_back({.at = at, .length = moved.size(), .indent = indent});
    } else if (rest.starts_with(find)) {
      matches.push_back({.at = at, .length = find.size(), .indent = {}});
    }
  }
  return matches;
}

}  // namespace

std::vector<Mutant> parse_mutants(std::string_view yaml, const std::string& file) {
  std::vector<Mutant> mutants;
  for (const YamlMap& map : parse_yaml_maps(yaml, file)) {
    map.expect_only({"name", "why", "file", "find", "replace", "caught_by", "hint"});
    Mutant mutant{.name = map.text("name"),
                  .why = map.text("why"),
                  .file = map.text("file"),
                  .find = map.text("find"),
                  .replace = map.text("replace"),
                  .caught_by = map.text("caught_by"),
                  .hint = map.text("hint")};
    if (mutant.find.empty()) map.fail("find", "there is nothing to be found");
    if (mutant.find == mutant.replace) map.fail("replace", "it changes nothing");
    if (mutant.name.empty() || mutant.name.find_first_not_of(
                                   "abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) {
      map.fail("name", "a name is of small letters, digits and dashes");
    }
    if (std::any_of(mutants.begin(), mutants.end(),
                    [&](const Mutant& other) { return other.name == mutant.name; })) {
      map.fail("name", "a second mutant of this name");
    }
    mutants.push_back(std::move(mutant));
  }
  return mutants;
}

std::size_t occurrences(std::string_view source, std::string_view find) {
  return find_all(source, find).size();
}

std::optional<std::string> apply_mutant(const Mutant& mutant, std::string_view source) {
  const std::vector<Match> matches = find_all(source, mutant.find);
  if (matches.size() != 1) return {};
  const Match& match = matches.front();
  std::string mutated(source.substr(0, match.at));
  mutated.append(indented(mutant.replace, match.indent));
  return mutated.append(source.substr(match.at + match.length));
}

}  // namespace toolkit::course
