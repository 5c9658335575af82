#include "toolkit/course/doctor/diagnosis.hpp"

#include <set>
#include <string_view>

namespace toolkit::course {
namespace {

/// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

/// Labs are named by their number, "08"; what else needs something, by its name.
bool is_lab(std::string_view name) { return name.find_first_not_of("0123456789") == name.npos; }

/// Whom the lacks concern: "labs 18 and 24, cooper and guides".
std::string concerned(const std::set<std::string>& needed_by) {
  std::vector<std::string> labs;
  std::vector<std::string> others;
  for (const std::string& one : needed_by) (is_lab(one) ? labs : others).push_back(one);
  std::string text = labs.empty() ? "" : (labs.size() == 1 ? "lab " : "labs ") + enumerate(labs);
  if (!labs.empty() && !others.empty()) text += "; also ";
  return text + enumerate(others);
}

std::string sentence_of(const Diagnosis& diagnosis) {
  if (diagnosis.forbidden) {
    return "No container can be started here: " + diagnosis.forbidden->reason + ".";
  }
  std::vector<std::string> ways;
  if (diagnosis.as_root) ways.emplace_back("as root");
  if (diagnosis.rootless) ways.emplace_back("rootless");
  std::set<std::string> affected;
  std::size_t lacks = 0;
  for (const Finding& finding : diagnosis.findings) {
    if (finding.state == State::good) continue;
    ++lacks;
    affected.insert(finding.needed_by.begin(), finding.needed_by.end());
  }
  const std::string can = "Containers can be started here, " + enumerate(ways);
  if (lacks == 0) return can + ", and nothing is missing.";
  return can + "; " + std::to_string(lacks) + (lacks == 1 ? " lack concerns " : " lacks concern ") +
         concerned(affected) + ".";
}

}  // namespace

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
