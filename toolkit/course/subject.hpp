#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolkit/check/verdict.hpp"
#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/checker.hpp"
#include "toolkit/course/judge.hpp"
#include "toolkit/course/mutants.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// What a lab is verified with. `partial` is the starter with its first steps written, `mutant` one
/// of the course's, `guest` one that somebody adds.
enum class Kind { starter, partial, solution, mutant, guest };

/// One program of a lab, to be compiled, checked and judged.
struct Subject {
  Kind kind = Kind::solution;
  std::optional<Mutant> mutant = {};
  std::vector<std::string> written = {};  ///< of a partial one: the steps that are
  std::string open = {};                  ///< and the first that is not
  Extent extent = Extent::all;            ///< does the first check that fails say enough of it?

  /// "starter", "up-to-04.2", "solution", or the mutant's name.
  [[nodiscard]] std::string name() const;
};

/// What became of a subject.
struct Verified {
  std::string lab = {};
  Kind kind = Kind::solution;
  std::string name = {};
  Judgement judgement = {};
  std::string caught_by = {};  ///< of a mutant: where it should fail
  std::string hint = {};       ///< of a mutant: what should answer it
  std::vector<checks::Result> results = {};
  double seconds = 0;
};

/// The mutants of a lab: solutions/04-uts/mutants.yaml.
std::vector<Mutant> read_mutants(const Tree& tree, const Lab& lab);

/// Makes the subject's files in the build tree, compiles, checks and judges it. What can't be made
/// or compiled does not hold.
Verified verify_subject(const Tree& tree, const Lab& lab, const Subject& subject);

std::string to_json(const Verified& verified);
Verified verified_from_json(const std::string& json);

}  // namespace toolkit::course
