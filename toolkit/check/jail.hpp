#pragma once

#include <string>
#include <vector>

#include "toolkit/check/machine.hpp"

namespace toolkit::checks {

/// A directory of a machine for a program that is to be locked in it, with a copy of the learner's
/// program, which must be static. Its names are random, and so is nothing else.
struct Jail {
  std::string path;  ///< as the machine sees it
  FileId id = {};
  std::string program = {};  ///< the learner's program, as the one inside sees it
};
/// `depth` directories below the machine's root, which is no less than 2.
Jail make_jail(Machine& machine, int depth);

/// Where on the machine the learner's own program of another lab lies, by its name; empty where that
/// lab has not been passed, or lab.yaml does not name it under `beside`.
std::string program_beside(const Machine& machine, const std::string& name);

/// Programs of the labs 01 and 03, each of which makes a jail: `chroot --rootfs PATH -- CMD`.
constexpr const char* kChrootProgram = "chroot";
constexpr const char* kPivotRootProgram = "pivot-root";

/// Gives the machine's root directory, which is read-only, directories with the names that are in
/// another one: then no name tells the two apart.
void copy_names(Machine& machine, const std::string& from);

/// Processes of a machine that sleep, may be looked at by its root, and have a root of their own each.
/// They start in this order, so the first has the lowest number. They end with this object, which
/// ends before a program on the machine does: then nothing of the checker's is left.
class Sleepers {
 public:
  /// "" is the machine's own root; a jail gets the machine's /usr, and what the loader needs.
  Sleepers(Machine& machine, const std::vector<std::string>& roots);
  Sleepers(const Sleepers&) = delete;
  Sleepers& operator=(const Sleepers&) = delete;
  ~Sleepers();
  [[nodiscard]] std::vector<pid_t> pids() const;

 private:
  Machine& machine_;
  std::vector<Process> starters_;
};

// For StartOptions::confine: called in the process that becomes the program.

/// Opens what is at the path, at this number, to stay open over an exec.
void leave_open(const std::string& path, int number);
/// chroot(2) and chdir(2), and no more: what chroot(1) does.
void enter_chroot(const std::string& path);
/// A private mount namespace whose root is the directory, and nothing else: what lab 03 does.
void enter_pivot_root(const std::string& path);

}  // namespace toolkit::checks
