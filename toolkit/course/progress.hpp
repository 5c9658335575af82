#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/check/verdict.hpp"
#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// May the solution be seen before all steps pass?
enum class Solution { hidden, given_up };

/// How far a learner is with one lab.
struct LabProgress {
  std::map<std::string, std::string> passed = {};  ///< id of a check → when it passed first
  std::string completed = {};                      ///< when all passed first; empty: not yet
  std::string checked = {};                        ///< when it was checked last
  std::map<std::string, int> hints = {};           ///< id of a ladder → rungs that were asked for
  Solution solution = Solution::hidden;
  std::vector<checks::Result> last = {};  ///< what the last check came to
};

/// How far a learner is, by a lab's name.
using Progress = std::map<std::string, LabProgress>;

/// Where a learner's work is kept: .lab/ in the clone; where that can't be written, in the user's
/// own directory for state. See XDG_STATE_HOME in the XDG Base Directory Specification.
std::filesystem::path state_of(const Tree& tree);

/// Makes the place where a learner's work is kept. Throws std::runtime_error, one line with what to do,
/// where nothing can be written.
void require_state(const std::filesystem::path& state);

/// Nothing is known of a learner who has not begun. Throws std::runtime_error with the file's name
/// when it is damaged.
Progress read_progress(const std::filesystem::path& state);
/// Changes what is known of a lab; two who do that at once do it one after the other.
void update_progress(const std::filesystem::path& state, const std::string& lab,
                     const std::function<void(LabProgress&)>& change);

/// Notes what a check came to: what passes now stays passed, with its first date.
void note_results(LabProgress& progress, const std::vector<checks::Result>& results,
                  const std::string& now);

/// Keeps a copy of the learner's files of a lab, below .lab/04-uts/, under a label and the time:
/// "passed-2026-11-24T23.55.01". What is the same as the last copy of that label is not kept twice.
/// The copy's directory.
std::filesystem::path keep_version(const std::filesystem::path& state, const Lab& lab,
                                   const std::filesystem::path& folder, const std::string& label,
                                   const std::string& now);
/// The latest copy of a label; empty when there is none.
std::filesystem::path latest_version(const std::filesystem::path& state, const Lab& lab,
                                     const std::string& label);

/// Now, in UTC, so that names sort by time: "2026-11-24T23:55:01Z".
std::string time_stamp();

Progress parse_progress(std::string_view json);
std::string to_json(const Progress& progress);

}  // namespace toolkit::course
