#include "toolkit/course/test_rules.hpp"

#include <algorithm>
#include <set>

#include "toolkit/course/checker.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::test {
namespace {

constexpr std::size_t kFewestMutants = 6;

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_dashed(std::string_view word) {
  const bool small =
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
  return small && word.find('-') != std::string_view::npos && word.front() != '-' &&
         word.back() != '-';
}

struct Quoted {
  std::string_view before;  ///< in the same line, trimmed
  std::string_view word;
};

std::vector<Quoted> quoted(std::string_view source) {
  std::vector<Quoted> found;
  for (const std::string_view line : lines(source)) {
    if (line.starts_with("#include")) continue;
    const std::vector<std::string_view> pieces = split(line, '"');
    for (std::size_t i = 1; i + 1 < pieces.size(); i += 2) {
      found.push_back({.before = trim(pieces[i - 1]), .word = pieces[i]});
    }
  }
  return found;
}

bool has_ladder(const std::vector<course::Ladder>& own, const std::vector<course::Ladder>& common,
                std::string_view id) {
  return course::find_ladder(own, id) != nullptr || course::find_ladder(common, id) != nullptr;
}

/// The step of a check: "04.2" of "04.2b".
std::string step_of(const std::string& check) {
  return check.back() >= 'a' ? check.substr(0, check.size() - 1) : check;
}

}  // namespace

std::vector<std::string> hints_in(std::string_view source) {
  std::vector<std::string> found;
  for (const auto& [before, word] : quoted(source)) {
    if (before.ends_with("hint =") || before.ends_with("hint ==") || is_dashed(word)) {
      found.emplace_back(word);
    }
  }
  return found;
}

std::vector<std::string> hints_given(std::string_view source) {
  std::vector<std::string> found;
  for (const auto& [before, word] : quoted(source)) {
    if (before.ends_with("hint =")) found.emplace_back(word);
  }
  return found;
}

Faults hint_faults(std::string_view check, const std::vector<course::Mutant>& mutants,
                   const std::vector<course::Ladder>& own,
                   const std::vector<course::Ladder>& common) {
  Faults faults;
  std::vector<std::string> named = hints_in(check);
  for (const std::string& id : std::set<std::string>(named.begin(), named.end())) {
    if (!has_ladder(own, common, id)) faults.push_back("check.cpp: no ladder for " + id);
  }
  for (const course::Mutant& mutant : mutants) {
    named.push_back(mutant.hint);
    if (has_ladder(own, common, mutant.hint)) continue;
    faults.push_back("mutants.yaml: " + mutant.name + ": no ladder for " + mutant.hint);
  }
  for (const course::Ladder& ladder : own) {
    if (!contains(named, ladder.id)) faults.push_back("hints.md: nothing gives " + ladder.id);
  }
  return faults;
}

Faults unused_ladders(const std::vector<course::Ladder>& common,
                      const std::vector<std::string>& sources) {
  std::set<std::string> named;
  for (const std::string& source : sources) {
    for (std::string& id : hints_in(source)) named.insert(std::move(id));
  }
  Faults faults;
  for (const course::Ladder& ladder : common) {
    if (!named.contains(ladder.id)) faults.push_back("labs/hints.md: nothing gives " + ladder.id);
  }
  return faults;
}

Faults mutant_faults(const std::vector<course::Mutant>& mutants,
                     const std::vector<std::string>& checks) {
  Faults faults;
  if (mutants.size() < kFewestMutants) {
    faults.push_back("mutants.yaml: " + std::to_string(mutants.size()) + " mutants, fewer than " +
                     std::to_string(kFewestMutants));
  }
  for (const course::Mutant& mutant : mutants) {
    const bool known = std::any_of(checks.begin(), checks.end(), [&](const std::string& id) {
      return course::belongs_to(id, mutant.caught_by);
    });
    if (!known) {
      faults.push_back("mutants.yaml: " + mutant.name + ": no check " + mutant.caught_by);
    }
  }
  return faults;
}

Faults step_faults(const std::vector<std::string>& steps, const std::vector<std::string>& checks) {
  Faults faults;
  std::set<std::string> checked;
  for (const std::string& check : checks) checked.insert(step_of(check));
  for (const std::string& step : steps) {
    if (!checked.contains(step)) faults.push_back("no check for step " + step);
  }
  for (const std::string& step : checked) {
    if (!contains(steps, step)) faults.push_back("no step for check " + step);
  }
  return faults;
}

Faults link_faults(const std::filesystem::path& file) {
  Faults faults;
  bool code = false;
  const std::string text = read_file(file);
  for (const std::string_view line : lines(text)) {
    if (line.starts_with("```")) code = !code;
    for (std::size_t at = line.find("]("); !code && at != std::string_view::npos;
         at = line.find("](", at + 1)) {
      std::string_view target = line.substr(at + 2);
      target = target.substr(0, target.find(')'));
      target = target.substr(0, target.find('#'));
      if (target.empty() || target.find("://") != std::string_view::npos) continue;
      if (!std::filesystem::exists(file.parent_path() / target)) {
        faults.push_back("no " + std::string(target));
      }
    }
  }
  return faults;
}

std::size_t words_to_read(std::string_view markdown) {
  std::size_t count = 0;
  bool code = false;
  for (const std::string_view line : lines(markdown)) {
    if (line.starts_with("```")) {
      code = !code;
    } else if (!code) {
      count += words(line).size();
    }
  }
  return count;
}

std::vector<std::string> undefined_names(std::string_view nm) {
  std::vector<std::string> names;
  for (const std::string_view line : lines(nm)) {
    const std::vector<std::string_view> parts = words(line);
    if (parts.size() == 2 && (parts[0] == "U" || parts[0] == "w")) names.emplace_back(parts[1]);
  }
  return names;
}

}  // namespace toolkit::test
