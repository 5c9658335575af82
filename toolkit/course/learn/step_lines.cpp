#include "toolkit/course/learn/step_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "toolkit/course/learn/outcome.hpp"

namespace toolkit::course {
namespace {

using checks::Result;
using checks::Verdict;

constexpr std::string_view kAsRoot = "sudo ./lab check";

std::string note_of(const Result& result) {
  switch (result.verdict) {
    case Verdict::blocked:
      return "waits for " + result.reason;
    case Verdict::skip:
      return "skipped";
    case Verdict::infra:
      return "not judged";
    default:
      return {};
  }
}

/// A checker does not know by which number its lab is called.
std::string with_number(std::string remedy, const Lab& lab) {
  if (remedy.ends_with(kAsRoot)) remedy += ' ' + lab.number;
  return remedy;
}

StepLine line_of(const Result& result) {
  return {
      .verdict = result.verdict, .id = result.id, .title = result.title, .note = note_of(result)};
}

/// How many results, from the first, are one step's that came to the same without more to tell.
std::size_t alike(const std::vector<Result>& results, std::size_t first) {
  const std::string step = step_of(results[first].id);
  std::size_t end = first;
  bool same = results[first].verdict == Verdict::pass || results[first].verdict == Verdict::blocked;
  for (; end < results.size() && step_of(results[end].id) == step; ++end) {
    same = same && results[end].verdict == results[first].verdict &&
           results[end].reason == results[first].reason;
  }
  return same ? end - first : 1;
}

}  // namespace

std::vector<StepLine> step_lines(const Lab& lab, const std::vector<Result>& results, Fold fold) {
  std::vector<StepLine> all;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Result& result = results[i];
    StepLine line = line_of(result);
    const bool first_of_step = i == 0 || step_of(results[i - 1].id) != step_of(result.id);
    const std::size_t folded = fold == Fold::yes && first_of_step ? alike(results, i) : 1;
    if (folded > 1) {
      line.id = step_of(result.id);
      if (result.verdict == Verdict::pass) line.note = counted(folded, "check");
      i += folded - 1;
    }
    const bool told_below = i + 1 < results.size() && results[i + 1].reason == result.reason;
    if (result.verdict == Verdict::skip && !told_below) {
      const std::size_t remedy = result.reason.rfind("; ");
      line.lacking = result.reason.substr(0, remedy);
      if (remedy != std::string::npos) {
        line.remedy = with_number(result.reason.substr(remedy + 2), lab);
      }
    }
    all.push_back(std::move(line));
  }
  return all;
}

namespace {

/// "17.1a … 17.3b" of more than three ids.
std::string shortened(const std::string& ids) {
  constexpr std::string_view kBetween = ", ";
  const std::size_t first = ids.find(kBetween);
  const std::size_t last = ids.rfind(kBetween);
  if (first == last || ids.find(kBetween, first + 1) == last) return ids;
  return ids.substr(0, first) + " … " + ids.substr(last + kBetween.size());
}

/// "17.1a and 17.4": the checks that were skipped, each once.
std::string skipped_ids(const std::vector<Result>& results) {
  std::string ids;
  for (const Result& result : results) {
    if (result.verdict == Verdict::skip) ids += (ids.empty() ? "" : ", ") + result.id;
  }
  return shortened(ids);
}

}  // namespace

std::string not_looked_at(const std::vector<Result>& results) {
  return skipped_ids(results) + " could not be looked at here.";
}

std::vector<FoundLeft> left_behind(const std::vector<Result>& results) {
  std::vector<FoundLeft> all;
  for (const Result& result : results) {
    for (const checks::Leftover& left : result.left) {
      const auto known = std::find_if(all.begin(), all.end(),
                                      [&](const FoundLeft& found) { return found.left == left; });
      if (known == all.end()) {
        all.push_back({.found_by = result.id, .left = left});
      } else if (!known->found_by.ends_with(result.id)) {
        known->found_by += ", " + result.id;
      }
    }
  }
  for (FoundLeft& found : all) found.found_by = shortened(found.found_by);
  return all;
}

std::string command_for_rest(const Lab& lab, const std::vector<Result>& results) {
  const bool as_root = std::any_of(results.begin(), results.end(), [](const Result& result) {
    return result.verdict == Verdict::skip && result.reason.find(kAsRoot) != std::string::npos;
  });
  return fmt::format("{}./lab check {}", as_root ? "sudo " : "", lab.number);
}

std::string counted(std::size_t number, const char* what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

}  // namespace toolkit::course
