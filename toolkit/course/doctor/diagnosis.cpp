#include "toolkit/course/doctor/diagnosis.hpp"

#include <set>

namespace toolkit::course {
namespace {

std::string sentence_of(const Diagnosis& diagnosis) {
  if (diagnosis.forbidden) {
    return "No container can be started here: " + diagnosis.forbidden->reason + ".";
  }
  std::string ways = diagnosis.as_root ? "as root" : "";
  if (diagnosis.rootless) ways += ways.empty() ? "rootless" : " and rootless";
  std::set<std::string> affected;
  std::size_t lacks = 0;
  for (const Finding& finding : diagnosis.findings) {
    if (finding.state == State::good) continue;
    ++lacks;
    affected.insert(finding.needed_by.begin(), finding.needed_by.end());
  }
  const std::string can = "Containers can be started here, " + ways;
  if (lacks == 0) return can + ", and nothing is missing.";
  std::string who;
  for (const std::string& one : affected) who += who.empty() ? one : ", " + one;
  return can + "; " + std::to_string(lacks) + (lacks == 1 ? " lack concerns " : " lacks concern ") +
         who + ".";
}

}  // namespace

std::string with_sudo(const Facts& facts, const std::string& command) {
  return facts.identity.uid == 0 ? command : "sudo " + command;
}

std::string install_command(const Facts& facts, const std::string& packages) {
  return with_sudo(facts, (facts.has_dnf ? "dnf install " : "apt-get install ") + packages);
}

Diagnosis diagnose(const Facts& facts) {
  Diagnosis diagnosis;
  for (const auto part :
       {find_start, find_namespaces, find_limits, find_storage, find_privileges, find_tools}) {
    std::vector<Finding> found = part(facts);
    diagnosis.findings.insert(diagnosis.findings.end(), found.begin(), found.end());
  }
  const bool can_spawn = facts.clone3 == 0;
  diagnosis.as_root = can_spawn && facts.as_root && !facts.as_root->obstacle();
  diagnosis.rootless = can_spawn && facts.rootless && !facts.rootless->obstacle();
  diagnosis.forbidden = what_forbids(facts);
  diagnosis.sentence = sentence_of(diagnosis);
  return diagnosis;
}

}  // namespace toolkit::course
