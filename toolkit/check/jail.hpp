#pragma once

#include <string>

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

// For StartOptions::confine: called in the process that becomes the program.

/// chroot(2) and chdir(2), and no more: what chroot(1) does.
void enter_chroot(const std::string& path);
/// A private mount namespace whose root is the directory, and nothing else: what lab 03 does.
void enter_pivot_root(const std::string& path);

}  // namespace toolkit::checks
