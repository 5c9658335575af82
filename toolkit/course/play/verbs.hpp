#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolkit/course/form.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

struct ShellOptions {
  std::string lab = {};
};
/// `lab shell`: a root shell on a throw-away machine, with the learner's program of a lab when one is
/// named, or when we are in its folder. Without a terminal, stdin is read as commands. The shell's status.
int shell(const Tree& tree, const ShellOptions& options);

/// Does a shell stay on the machine?
enum class Keep { no, yes };

struct RunOptions {
  std::string lab = {};
  Keep keep = Keep::no;
  std::vector<std::string> arguments = {};  ///< of the program; none: some that fit its contract
};
/// `lab run`: the learner's program on a throw-away machine, as a check runs it, with the caller's
/// streams. Its status; with Keep::yes it runs in the background, and the status is the shell's.
int run_program(const Tree& tree, const RunOptions& options);

struct IsolateOptions {
  std::optional<int> step = {};  ///< that one alone
  Form form = Form::text;
};
/// `lab isolate`: what a process sees, with one isolation more at each step. On a terminal each step
/// waits for Enter.
int isolate(const Tree& tree, const IsolateOptions& options);

}  // namespace toolkit::course
