#include "toolkit/course/learn/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>

#include "toolkit/course/blame.hpp"
#include "toolkit/course/hints.hpp"
#include "toolkit/course/learn/step_lines.hpp"
#include "toolkit/course/workshop.hpp"

namespace toolkit::course {
namespace {

/// As compilers tell it: the place, the fault, the line.
std::string told(const CompileError& error) {
  std::string text;
  if (!error.file.empty()) {
    text = error.line > 0 ? fmt::format("{}:{}: ", error.file, error.line) : error.file + ": ";
  }
  text += error.text;
  if (!error.source_line.empty()) text += fmt::format("\n  {} | {}", error.line, error.source_line);
  return text;
}

/// Under what the rungs of a failure's ladder are counted: each step is begun anew.
std::string counted_under(const checks::Result& failed) {
  return failed.hint == "not-started" ? failed.hint + ' ' + step_of(failed.id) : failed.hint;
}

/// How many rungs of a ladder were told already: a failure is told with the first one.
int rungs_told(const LabProgress& progress, const checks::Result& failed) {
  const auto asked = progress.hints.find(counted_under(failed));
  return asked == progress.hints.end() ? 1 : std::max(asked->second, 1);
}

std::optional<Rung> rung(const Session& session, const std::string& hint, int number) {
  const std::vector<Ladder> ladders = read_hints(session.tree.source, session.lab.folder());
  const Ladder* ladder = find_ladder(ladders, hint);
  if (ladder == nullptr) return {};
  const int last = static_cast<int>(ladder->rungs.size());
  number = std::clamp(number, 1, last);
  return Rung{.text = ladder->rungs.at(static_cast<std::size_t>(number) - 1), .number = number};
}

LabProgress progress_of(const Session& session) {
  const Progress progress = read_progress(session.state);
  const auto found = progress.find(session.lab.name);
  return found == progress.end() ? LabProgress{} : found->second;
}

/// The learner's programs of other labs that this lab's checker starts, too: as they passed last.
std::map<std::string, std::filesystem::path> passed_beside(const Session& session) {
  std::map<std::string, std::filesystem::path> programs;
  if (session.lab.beside.empty()) return programs;
  for (const Lab& other : read_catalogue(session.tree.source).labs) {
    const auto& wanted = session.lab.beside;
    if (std::find(wanted.begin(), wanted.end(), other.name) == wanted.end()) continue;
    const std::filesystem::path passed = latest_version(session.state, other, "passed");
    if (passed.empty()) continue;
    const std::filesystem::path output = session.tree.build / "beside" / other.name;
    const Built built = compile(session.tree, other, passed, output, Author::learner);
    if (!built.error) programs.emplace(other.program, built.program);
  }
  return programs;
}

/// Throws std::runtime_error when a file of the learner's is missing.
void require_files(const Session& session) {
  for (const std::string& name : session.lab.files) {
    if (std::filesystem::exists(session.folder() / name)) continue;
    throw std::runtime_error(fmt::format("{} is missing; ./lab reset {} puts the starter there",
                                         (session.lab.folder() / name).string(),
                                         session.lab.number));
  }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Session open_session(const Tree& tree, const std::string& word) {
  const Catalogue catalogue = read_catalogue(tree.source);
  return {.tree = tree,
          .lab = find_lab(catalogue, tree.source, word, std::filesystem::current_path()),
          .state = state_of(tree)};
}

Report check_once(const Session& session, Explain explain) {
  require_files(session);
  require_state(session.state);
  const std::filesystem::path program = program_of(session.tree, session.lab);
  const Built built =
      compile(session.tree, session.lab, session.folder(), program, Author::learner);
  Report report{.compile_seconds = built.seconds};
  if (built.error) {
    report.compile_error = told(*built.error);
    report.results = blame(*built.error, list_checks(session.tree, session.lab));
    update_progress(session.state, session.lab.name, [&](LabProgress& progress) {
      note_results(progress, report.results, time_stamp());
    });
    const checks::Result& failed = report.results.front();
    report.hint = rung(session, failed.hint, rungs_told(progress_of(session), failed));
    return report;
  }
  for (CompileError warning : built.warnings) {
    warning.source_line.clear();
    report.warnings.push_back(told(warning));
  }
  const auto start = std::chrono::steady_clock::now();
  report.results =
      run_checks(session.tree, session.lab,
                 {.program = built.program, .explain = explain, .beside = passed_beside(session)});
  report.check_seconds = seconds_since(start);
  const std::string now = time_stamp();
  update_progress(session.state, session.lab.name,
                  [&](LabProgress& progress) { note_results(progress, report.results, now); });
  if (all_passed(report.results)) {
    keep_version(session.state, session.lab, session.folder(), "passed", now);
  }
  if (const checks::Result* failed = first_failed(report.results)) {
    report.hint = rung(session, failed->hint, rungs_told(progress_of(session), *failed));
  }
  return report;
}

std::optional<Rung> next_rung(const Session& session) {
  const LabProgress progress = progress_of(session);
  const checks::Result* failed = first_failed(progress.last);
  if (failed == nullptr) return {};
  const std::optional<Rung> next = rung(session, failed->hint, rungs_told(progress, *failed) + 1);
  if (next) {
    update_progress(session.state, session.lab.name, [&](LabProgress& noted) {
      noted.hints[counted_under(*failed)] = next->number;
    });
  }
  return next;
}

std::vector<LabStanding> lab_standings(const Catalogue& catalogue, const Progress& progress) {
  std::vector<LabStanding> all;
  for (const Lab& lab : catalogue.labs) {
    const auto found = progress.find(lab.name);
    if (found == progress.end()) continue;
    const LabProgress& known = found->second;
    // What passed once stays passed, whatever was tried since.
    std::vector<checks::Result> results = known.last;
    for (checks::Result& result : results) {
      if (known.passed.contains(result.id)) result.verdict = checks::Verdict::pass;
    }
    const Outcome outcome = outcome_of(results);
    all.push_back({.lab = lab.name,
                   .passed = outcome.passed,
                   .steps = outcome.steps,
                   .done = !known.completed.empty(),
                   .rest = outcome.skipped == 0 ? "" : command_for_rest(lab, results)});
  }
  return all;
}

std::string checked_last(const Progress& progress) {
  std::string latest;
  std::string lab;
  for (const auto& [name, known] : progress) {
    if (known.checked <= latest) continue;
    latest = known.checked;
    lab = name;
  }
  return lab;
}

}  // namespace toolkit::course
