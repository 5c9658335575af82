#pragma once

#include <string>
#include <vector>

#include "toolkit/course/form.hpp"
#include "toolkit/course/subject.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct VerifyOptions {
  std::vector<std::string> labs = {};  ///< all when empty
  Form form = Form::text;
};

/// The triangle of each lab: the starter fails, step by step it passes more, the solution passes all,
/// each mutant is caught by the check and the hint that it names. The result is 0 only when all of it holds.
int verify(const Tree& tree, const VerifyOptions& options);

struct MutantsOptions {
  std::string lab = {};
  std::string from = {};  ///< a file with more mutants, in the form of mutants.yaml
  Form form = Form::text;
};

/// The kill matrix of a lab: which mutant fails which check. The result is 0 only when each is
/// caught as it says.
int mutants(const Tree& tree, const MutantsOptions& options);

/// What `verify` prints of subjects, lab by lab, and in its last line.
std::string verify_report(const std::vector<Verified>& subjects);
/// What `mutants` prints: a row for each mutant, a column for each check.
std::string kill_matrix(const std::vector<Verified>& mutants);
/// Does all that could be judged hold, and was anything?
bool all_hold(const std::vector<Verified>& subjects);
/// The subjects as one JSON object.
std::string verify_json(const std::vector<Verified>& subjects);

}  // namespace toolkit::course
