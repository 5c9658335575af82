#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/start.hpp"
#include "bench/workspace.hpp"

namespace toolkit::bench {

/// One way to start `true` of the embedded image.
struct Candidate {
  std::string name;
  CommandLine command = {};
  std::string version = {};
  std::string absent = {};  ///< why it takes no part; empty when it does
};

/// All candidates, the bare process first. Each that is installed was tried: what it said when it
/// could not start is why it is absent. `path` is where programs are looked for, as PATH has it.
std::vector<Candidate> find_candidates(const Workspace& workspace, const std::string& path);

/// The system calls of one start, over all its processes; nothing where there is no strace.
std::optional<int> count_system_calls(const CommandLine& command, const Workspace& workspace,
                                      const std::string& path);
/// From the table that `strace -c` prints. Pure.
std::optional<int> parse_call_count(const std::string& table);

}  // namespace toolkit::bench
