#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/checker.hpp"
#include "toolkit/course/learn/standing.hpp"
#include "toolkit/course/progress.hpp"
#include "toolkit/course/render.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// A learner at a lab.
struct Session {
  Tree tree = {};
  Lab lab = {};
  std::filesystem::path state = {};  ///< where the learner's work is kept

  /// The learner's folder of the lab.
  [[nodiscard]] std::filesystem::path folder() const { return tree.source / lab.folder(); }
};

/// The lab that is meant by a word, or by the directory we are in. Throws std::runtime_error.
Session open_session(const Tree& tree, const std::string& word);

/// Compiles and checks the learner's program, and notes what passed: a version of theirs that passed
/// everything is kept. Throws std::runtime_error when there is no program to compile.
Report check_once(const Session& session, Explain explain = Explain::no);

/// The next rung of the ladder that answers the last check, noted as asked for; the last one is told
/// again. Nothing when no step failed, or no ladder answers it.
std::optional<Rung> next_rung(const Session& session);

/// How far a learner is in each lab of a course.
std::vector<LabStanding> lab_standings(const Catalogue& catalogue, const Progress& progress);
/// The lab that was checked last; empty when none was.
std::string checked_last(const Progress& progress);

}  // namespace toolkit::course
