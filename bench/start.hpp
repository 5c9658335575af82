#pragma once

#include <string>
#include <vector>

#include "bench/statistics.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::bench {

/// What is started: a program, and its words. The first word is how it is named to itself.
struct CommandLine {
  std::string program;
  std::vector<std::string> argv;
};

struct Started {
  Sample sample;
  int status = -1;  ///< as a shell gives it
};

/// From now on, processes that lose their parent become children of this one: what a candidate leaves
/// is reaped here, and its CPU time counted. See PR_SET_CHILD_SUBREAPER in prctl(2).
void become_subreaper();

/// Starts a command by posix_spawn(3), with stdin and stdout at /dev/null and errors to a descriptor,
/// and waits until it has ended; then reaps all that it left, unmeasured but for the CPU time.
Started start(const CommandLine& command, FdRef errors);

/// The same, for its exit status and what it wrote to both outputs.
struct Said {
  int status = -1;
  std::string text;
};
Said listen_to(const CommandLine& command);

/// The program of a name in the directories of PATH; empty when there is none.
std::string find_program(const std::string& name, const std::string& path);

}  // namespace toolkit::bench
