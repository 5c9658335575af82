#pragma once

#include <sys/types.h>

#include <span>
#include <string_view>

// The programs that the checker must outlive, and those that it must not believe: one binary, which does what its own name says.
namespace hostile {

/// `NAME --hostname NAME -- CMD ARG…`, as the sample checker starts it. A lab's checker starts it in the
/// lab's own way; what the command is then stands behind the "--".
struct Job {
  const char* name = "";
  const char* hostname = "";
  char** command = nullptr;
  char** words = nullptr;          ///< all it was started with
  const char* solution = nullptr;  ///< the lab's own, where this file carries one behind its end
};

/// What the sample lab asks for: the command in a UTS namespace of its own, its name set, its status. In
/// a lab this process becomes the lab's solution, which does it.
int do_it_well(const Job& job);
/// The command as a child, in whatever namespaces this process has; its pid.
pid_t start(char** command);
/// Its end as a shell tells it.
int status_of(pid_t child);
/// A UTS namespace of its own with the name that is asked for; in a lab, nothing.
void isolate(const Job& job);
void write_text(const char* path, std::string_view text);
/// What a call returns is of no account: the next one is tried.
inline void tried(long /*result*/) {}
/// Ends with status 99 when something could be done that must not be.
void must_fail(const char* what, long result);

struct Behaviour {
  std::string_view name;
  int (*run)(const Job& job);
};
std::span<const Behaviour> processes();
std::span<const Behaviour> streams();
std::span<const Behaviour> machine();
std::span<const Behaviour> root();
std::span<const Behaviour> cheats();
std::span<const Behaviour> payload_cheats();

}  // namespace hostile
