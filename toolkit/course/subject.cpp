#include "toolkit/course/subject.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>

#include "toolkit/course/checker.hpp"
#include "toolkit/course/keep.hpp"
#include "toolkit/course/starter.hpp"
#include "toolkit/course/workshop.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

Judgement does_not_hold(const std::string& why) { return {.holds = Holds::no, .why = why}; }

std::string text_of(const CompileError& error) {
  return fmt::format("does not compile: {}:{}: {}", error.file, error.line, error.text);
}

/// Writes a file unless it is there as it should be.
void put(const fs::path& file, const std::string& content) {
  if (!fs::exists(file) || read_file(file) != content) write_whole(file, content);
}

/// The solution's files in a folder, with the mutant's change; what is wrong with it, or nothing.
std::string plant(const Tree& tree, const Lab& lab, const Mutant& mutant, const fs::path& folder) {
  bool planted = false;
  for (const fs::directory_entry& entry : fs::directory_iterator(tree.source / lab.solution())) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".cpp") && !name.ends_with(".hpp")) continue;
    const std::string source = read_file(entry.path());
    if (name != mutant.file) {
      put(folder / name, source);
      continue;
    }
    const std::optional<std::string> mutated = apply_mutant(mutant, source);
    if (!mutated) {
      return fmt::format("what it changes stands {} times in {}, not once",
                         occurrences(source, mutant.find), name);
    }
    put(folder / name, *mutated);
    planted = true;
  }
  return planted ? "" : fmt::format("there is no file {}", mutant.file);
}

/// Makes the subject's folder; a judgement when it can't be made.
std::optional<Judgement> make_files(const Tree& tree, const Lab& lab, const Subject& subject,
                                    const fs::path& folder) {
  if (subject.kind == Kind::starter || subject.kind == Kind::partial) {
    for (const auto& [file, text] : derive_starters(tree, lab, subject.written)) {
      put(folder / file, text);
    }
  } else if (subject.mutant) {
    const std::string fault = plant(tree, lab, *subject.mutant, folder);
    if (!fault.empty()) return does_not_hold(fault);
  }
  return {};
}

/// The solutions of the labs whose programs its checker starts, too, where they were built.
std::map<std::string, fs::path> solutions_beside(const Tree& tree, const Lab& lab) {
  std::map<std::string, fs::path> programs;
  for (const Lab& other : read_catalogue(tree.source).labs) {
    const fs::path program = tree.build / other.solution();
    const bool wanted =
        std::find(lab.beside.begin(), lab.beside.end(), other.name) != lab.beside.end();
    if (wanted && fs::exists(program)) programs.emplace(other.program, program);
  }
  return programs;
}

Judgement judge(const Subject& subject, const std::vector<checks::Result>& results) {
  if (subject.mutant) return judge_mutant(*subject.mutant, results);
  if (subject.kind == Kind::partial) return judge_partial(subject.written, subject.open, results);
  return subject.kind == Kind::starter ? judge_starter(results) : judge_solution(results);
}

void try_subject(const Tree& tree, const Lab& lab, const Subject& subject, Verified& verified) {
  const std::string prefix = subject.kind == Kind::guest    ? "guest-"
                             : subject.kind == Kind::mutant ? "mutant-"
                                                            : "";
  const fs::path place = tree.build / "verify" / lab.name / (prefix + subject.name());
  const bool is_solution = subject.kind == Kind::solution;
  const fs::path folder = is_solution ? tree.source / lab.solution() : place;
  if (const auto fault = make_files(tree, lab, subject, folder)) {
    verified.judgement = *fault;
    return;
  }
  const Built built =
      compile(tree, lab, folder, place / lab.program, is_solution ? Author::course : Author::made);
  if (built.error) {
    verified.judgement = does_not_hold(text_of(*built.error));
    return;
  }
  verified.results = run_checks(
      tree, lab,
      {.program = built.program, .extent = subject.extent, .beside = solutions_beside(tree, lab)});
  verified.judgement = judge(subject, verified.results);
}

}  // namespace

std::string Subject::name() const {
  if (mutant) return mutant->name;
  if (kind == Kind::partial) return "up-to-" + written.back();
  return kind == Kind::starter ? "starter" : "solution";
}

std::vector<Mutant> read_mutants(const Tree& tree, const Lab& lab) {
  const std::string file = lab.solution() / "mutants.yaml";
  return parse_mutants(read_file(tree.source / file), file);
}

Verified verify_subject(const Tree& tree, const Lab& lab, const Subject& subject) {
  const auto start = std::chrono::steady_clock::now();
  Verified verified{.lab = lab.name, .kind = subject.kind, .name = subject.name()};
  if (subject.mutant) {
    verified.caught_by = subject.mutant->caught_by;
    verified.hint = subject.mutant->hint;
  }
  try {
    try_subject(tree, lab, subject, verified);
  } catch (const std::exception& error) {
    verified.judgement = does_not_hold(error.what());
  }
  verified.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return verified;
}

}  // namespace toolkit::course
