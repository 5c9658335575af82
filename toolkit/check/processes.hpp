#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace toolkit::checks {

class Machine;

/// The numbers of a process, one in each pid namespace that it is in, its own namespace's last. See
/// NSpid in proc(5). Throws SystemError when there is no such process.
std::vector<pid_t> numbers_of(pid_t pid);
/// Those processes of a machine that are in the same pid namespace as this one, zombies as well.
std::vector<pid_t> companions_of(pid_t pid, const Machine& machine);
/// The innermost numbers of processes.
std::set<pid_t> inner_numbers(const std::vector<pid_t>& processes);
/// "1 2 7"
std::string to_text(const std::set<pid_t>& numbers);
/// The numbers that the /proc of a process lists.
std::set<pid_t> listed_by_proc(pid_t pid);
/// Those processes of a machine that have ended and that nobody has waited for.
std::vector<pid_t> zombies_in(const Machine& machine);

/// Has something come about? Looks until it has, or until all who could bring it about have ended,
/// or sleep with no signal left to take; two seconds where they never do. See signal(7).
bool comes_about(const std::vector<pid_t>& workers, const std::function<bool()>& something);
/// Waits for the end of a process, for a time that COOPERAGE_SLOW multiplies; has it ended?
bool ends(pid_t pid, std::chrono::milliseconds most = std::chrono::milliseconds(2000));
/// FAIL unless some processes end: "all of them end when WHEN".
void expect_end(const std::vector<pid_t>& all, const std::string& when, const std::string& hint);

}  // namespace toolkit::checks
