#include "toolkit/course/doctor/diagnosis.hpp"

namespace toolkit::course {
namespace {

struct Row {
  Step step;
  const char* id;
  const char* lab;
};

bool worked(const std::optional<Trial>& trial, Step step) { return trial && trial->worked(step); }

Finding find_one(const Facts& facts, const Row& row) {
  Finding finding{.id = row.id, .what = name_of(row.step), .needed_by = {row.lab}};
  const bool direct = worked(facts.as_root, row.step);
  const bool rootless = worked(facts.rootless, row.step);
  if (row.step == Step::user_ns) {
    finding.found = rootless ? "yes" : "no";
  } else if (direct) {
    finding.found = rootless ? "yes" : "as root only";
  } else {
    finding.found = rootless ? "in a user namespace" : "no";
  }
  if (direct || rootless) return finding;
  finding.state = State::missing;
  finding.consequence = std::string("Lab ") + row.lab + " does not run";
  if (row.step != Step::time_ns) finding.consequence += ", nor does what is built on it";
  if (const auto cause = why_missing(row.step, facts)) {
    finding.consequence += ": " + cause->reason;
    finding.remedy = cause->remedy;
  }
  finding.consequence += '.';
  return finding;
}

}  // namespace

std::vector<Finding> find_namespaces(const Facts& facts) {
  std::vector<Finding> findings;
  for (const Row& row : {Row{Step::user_ns, "namespace-user", "09"},
                         {Step::mount_ns, "namespace-mount", "05"},
                         {Step::pid_ns, "namespace-pid", "06"},
                         {Step::uts_ns, "namespace-uts", "04"},
                         {Step::ipc_ns, "namespace-ipc", "07"},
                         {Step::net_ns, "namespace-net", "08"},
                         {Step::cgroup_ns, "namespace-cgroup", "17"},
                         {Step::time_ns, "namespace-time", "10"}}) {
    findings.push_back(find_one(facts, row));
  }
  return findings;
}

}  // namespace toolkit::course
