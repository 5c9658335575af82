#include "toolkit/test/house_rules.hpp"

#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit::test {
namespace {

/// The texts in backticks, without them and without the slash that marks a folder.
std::vector<std::string> names(std::string_view cell) {
  std::vector<std::string> found;
  const std::vector<std::string_view> pieces = split(cell, '`');
  for (std::size_t i = 1; i + 1 < pieces.size(); i += 2) found.emplace_back(pieces[i]);
  return found;
}

std::string folder(std::string name) {
  if (name.ends_with('/')) name.pop_back();
  return name;
}

std::vector<std::string> folders(std::string_view cell) {
  std::vector<std::string> found = names(cell);
  for (std::string& name : found) name = folder(std::move(name));
  return found;
}

void add_row(HouseRules& rules, std::string_view section, std::string_view row) {
  const std::vector<std::string_view> cells = split(row, '|');
  const std::vector<std::string> subjects =
      cells.size() < 4 ? std::vector<std::string>() : names(cells[1]);
  for (const std::string& subject : subjects) {
    if (section == "Layers") rules.below[folder(subject)] = folders(cells[2]);
    if (section == "Tests") rules.tests = names(cells[2]);
    if (section == "Libraries") rules.only_in[subject] = names(cells[2]);
    if (section == "Heavy headers") rules.never_in[subject] = folders(cells[2]);
    if (!section.starts_with('`')) continue;
    const std::string home = folder(names(section).front());
    rules.described.insert(home);
    rules.modules.insert(home + "/" + subject);
    if (home != "kernel") continue;
    const auto level = parse_number(trim(cells[2]));
    if (!level) throw std::runtime_error("kernel/" + subject + " has no level");
    rules.levels[subject] = static_cast<int>(*level);
  }
}

}  // namespace

HouseRules parse_house_rules(std::string_view readme) {
  HouseRules rules;
  std::string_view section;
  for (const std::string_view line : lines(readme)) {
    if (line.starts_with("## ")) section = trim(line.substr(3));
    if (line.starts_with("| `")) add_row(rules, section, line);
    if (section != "Named exceptions" || !line.starts_with("- `")) continue;
    const std::vector<std::string> named = names(line.substr(0, line.find(':')));
    rules.exceptions.push_back({named.front(), named.size() > 1 ? named[1] : ""});
  }
  return rules;
}

std::vector<Include> parse_includes(std::string_view source) {
  std::vector<Include> found;
  int number = 0;
  for (std::string_view line : lines(source)) {
    ++number;
    line = trim(line);
    if (!line.starts_with('#')) continue;
    line = trim(line.substr(1));
    if (!line.starts_with("include")) continue;
    line = trim(line.substr(7));
    if (line.empty() || (line.front() != '"' && line.front() != '<')) continue;
    const bool quoted = line.front() == '"';
    const std::size_t end = line.find(quoted ? '"' : '>', 1);
    found.push_back({number, std::string(line.substr(1, end - 1)), quoted});
  }
  return found;
}

}  // namespace toolkit::test
