#include "toolkit/course/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "toolkit/course/chosen_labs.hpp"
#include "toolkit/course/in_parallel.hpp"
#include "toolkit/course/starter.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit::course {
namespace {

struct Job {
  Lab lab;
  Subject subject;
};

/// On a terminal one line that is written over, elsewhere nothing.
void show_progress(std::size_t done, std::size_t all) {
  if (!is_terminal(FdRef(STDERR_FILENO))) return;
  fmt::print(stderr, "\r\033[K{}", done < all ? fmt::format("{} of {} programs", done, all) : "");
}

std::vector<Verified> run_jobs(const Tree& tree, const std::vector<Job>& jobs) {
  const auto run_job = [&](std::size_t number) {
    const Job& job = jobs[number];
    return to_json(verify_subject(tree, job.lab, job.subject));
  };
  const auto on_end = [&](std::size_t done) { show_progress(done, jobs.size()); };
  // Programs that hang sleep until the checker's patience is over: others have the processor meanwhile.
  constexpr unsigned kAsleep = 2;
  const unsigned at_once = std::max(1U, std::thread::hardware_concurrency()) + kAsleep;
  std::vector<Verified> verified;
  for (const std::string& answer : in_parallel(jobs.size(), at_once, run_job, on_end)) {
    verified.push_back(verified_from_json(answer));
  }
  return verified;
}

int tell(const std::vector<Verified>& subjects, Form form, const std::string& text) {
  fmt::print("{}", form == Form::json ? verify_json(subjects) : text);
  return all_hold(subjects) ? 0 : 1;
}

}  // namespace

int verify(const Tree& tree, const VerifyOptions& options) {
  std::vector<Job> jobs;
  for (const Lab& lab : chosen_labs(tree, options.labs)) {
    if (!has_solution(tree, lab)) {
      throw std::runtime_error(fmt::format("{} has no solution here", lab.name));
    }
    jobs.push_back({.lab = lab, .subject = {.kind = Kind::starter}});
    const std::vector<std::string> steps = steps_of(tree, lab);
    for (auto open = steps.begin() + 1; open < steps.end(); ++open) {
      jobs.push_back(
          {.lab = lab,
           .subject = {.kind = Kind::partial, .written = {steps.begin(), open}, .open = *open}});
    }
    jobs.push_back({.lab = lab, .subject = {.kind = Kind::solution}});
    for (const Mutant& mutant : read_mutants(tree, lab)) {
      // It is judged by the first check that fails; `mutants` runs the others, too.
      jobs.push_back(
          {.lab = lab,
           .subject = {.kind = Kind::mutant, .mutant = mutant, .extent = Extent::until_failure}});
    }
  }
  const std::vector<Verified> subjects = run_jobs(tree, jobs);
  return tell(subjects, options.form, verify_report(subjects));
}

int mutants(const Tree& tree, const MutantsOptions& options) {
  const Catalogue catalogue = read_catalogue(tree.source);
  const Lab& lab = find_lab(catalogue, tree.source, options.lab, std::filesystem::current_path());
  std::vector<Job> jobs;
  for (const Mutant& mutant : read_mutants(tree, lab)) {
    jobs.push_back({.lab = lab, .subject = {.kind = Kind::mutant, .mutant = mutant}});
  }
  if (!options.from.empty()) {
    for (const Mutant& mutant : parse_mutants(read_file(options.from), options.from)) {
      jobs.push_back({.lab = lab, .subject = {.kind = Kind::guest, .mutant = mutant}});
    }
  }
  const std::vector<Verified> subjects = run_jobs(tree, jobs);
  return tell(subjects, options.form, kill_matrix(subjects));
}

}  // namespace toolkit::course
