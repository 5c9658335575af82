#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "toolkit/check/verdict.hpp"
#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// Are the calls of the step that fails told too?
enum class Explain { no, yes };

/// Does a check that failed end it all? What would come after it is then told as blocked by it.
enum class Extent { all, until_failure };

struct CheckOptions {
  std::filesystem::path program = {};  ///< what is checked
  std::vector<std::string> only = {};  ///< ids of steps or checks; all when empty
  Explain explain = Explain::no;
  Extent extent = Extent::all;
  /// Programs of other labs that the checker may start, by their names: "chroot".
  std::map<std::string, std::filesystem::path> beside = {};
  /// Gets each result as it comes.
  std::function<void(const checks::Result&)> on_result = {};
};

/// The checks of a lab, none of them run. Throws std::runtime_error when its checker was not built.
std::vector<checks::Result> list_checks(const Tree& tree, const Lab& lab);

/// Starts the lab's checker, a program of its own, and reads its results. A check that it ends
/// without telling of is INFRA, with the checker's last words: its fault is not the learner's.
std::vector<checks::Result> run_checks(const Tree& tree, const Lab& lab,
                                       const CheckOptions& options);

/// Is "04.2b" one of the checks of step "04.2"? Each is one of itself.
bool belongs_to(const std::string& id, const std::string& step);

}  // namespace toolkit::course
