#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "toolkit/course/verify.hpp"

namespace toolkit::course {
namespace {

using checks::Verdict;

struct Counts {
  std::size_t held = 0;
  std::size_t all = 0;
  std::size_t skipped = 0;
};

Counts count(const std::vector<Verified>& subjects, const std::vector<Kind>& kinds) {
  Counts counts;
  for (const Verified& subject : subjects) {
    if (std::find(kinds.begin(), kinds.end(), subject.kind) == kinds.end()) continue;
    ++counts.all;
    if (subject.judgement.holds == Holds::yes) ++counts.held;
    if (subject.judgement.holds == Holds::skipped) ++counts.skipped;
  }
  return counts;
}

/// "3 of 4 starters fail"; what is skipped is counted apart.
std::string tally(const Counts& counts, const char* what) {
  std::string text = fmt::format("{} of {} {}", counts.held, counts.all - counts.skipped, what);
  if (counts.skipped > 0) text += fmt::format(" ({} skipped)", counts.skipped);
  return text;
}

const char* mark_of(Holds holds) {
  if (holds == Holds::yes) return "✓";
  return holds == Holds::no ? "✗" : "–";
}

const char* mark_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "✓";
    case Verdict::fail:
      return "✗";
    case Verdict::blocked:
      return "·";
    case Verdict::skip:
      return "–";
    case Verdict::infra:
      break;
  }
  return "!";
}

std::size_t longest_name(const std::vector<Verified>& subjects) {
  std::size_t width = 0;
  for (const Verified& subject : subjects) width = std::max(width, subject.name.size());
  return width;
}

/// "2a" of "04.2a".
std::string_view column_of(std::string_view id) { return id.substr(id.find('.') + 1); }

std::string last_line(const std::vector<Verified>& subjects) {
  return fmt::format("{}, {}, {}, {}\n", tally(count(subjects, {Kind::starter}), "starters fail"),
                     tally(count(subjects, {Kind::partial}), "go as far as they are written"),
                     tally(count(subjects, {Kind::solution}), "solutions pass"),
                     tally(count(subjects, {Kind::mutant, Kind::guest}), "mutants are caught"));
}

}  // namespace

bool all_hold(const std::vector<Verified>& subjects) {
  return !subjects.empty() &&
         std::none_of(subjects.begin(), subjects.end(),
                      [](const Verified& subject) { return subject.judgement.holds == Holds::no; });
}

std::string verify_report(const std::vector<Verified>& subjects) {
  const std::size_t width = longest_name(subjects);
  std::string text;
  std::string lab;
  for (const Verified& subject : subjects) {
    if (subject.lab != lab) text += fmt::format("{}{}\n", lab.empty() ? "" : "\n", subject.lab);
    lab = subject.lab;
    text += fmt::format("  {} {:<{}}  {}\n", mark_of(subject.judgement.holds), subject.name, width,
                        subject.judgement.why);
  }
  std::size_t skipped =
      count(subjects, {Kind::starter, Kind::partial, Kind::solution, Kind::mutant}).skipped;
  if (!subjects.empty() && skipped == subjects.size()) {
    text += fmt::format("\nSKIPPED: {}", subjects.front().judgement.why);
  }
  return text + "\n" + last_line(subjects);
}

std::string kill_matrix(const std::vector<Verified>& mutants) {
  std::vector<std::string> ids;
  for (const Verified& mutant : mutants) {
    for (const checks::Result& result : mutant.results) {
      if (std::find(ids.begin(), ids.end(), result.id) == ids.end()) ids.push_back(result.id);
    }
  }
  std::sort(ids.begin(), ids.end());
  const std::size_t width = longest_name(mutants);
  std::string text = fmt::format("    {:<{}}", "", width);
  for (const std::string& id : ids) text += fmt::format(" {:<3}", column_of(id));
  text += "\n";
  for (const Verified& mutant : mutants) {
    text += fmt::format("  {} {:<{}}", mark_of(mutant.judgement.holds), mutant.name, width);
    for (const checks::Result& result : mutant.results) {
      text += fmt::format(" {:<3}", mark_of(result.verdict));
    }
    text += "\n";
    if (mutant.judgement.holds != Holds::yes) {
      text += fmt::format("      {}\n", mutant.judgement.why);
    }
  }
  return text + "\n" + tally(count(mutants, {Kind::mutant, Kind::guest}), "mutants are caught") +
         "\n";
}

std::string verify_json(const std::vector<Verified>& subjects) {
  std::string text;
  for (const Verified& subject : subjects) {
    text += fmt::format("{}  {}", text.empty() ? "" : ",\n", to_json(subject));
  }
  return fmt::format("{{\"holds\": {}, \"subjects\": [\n{}\n]}}\n", all_hold(subjects), text);
}

}  // namespace toolkit::course
