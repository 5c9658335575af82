#pragma once

#include <optional>
#include <string>
#include <vector>

#include "toolkit/course/doctor/cause.hpp"
#include "toolkit/course/doctor/facts.hpp"

namespace toolkit::course {

enum class State : std::uint8_t {
  good,
  limited,  ///< what needs it runs, but differs
  missing,  ///< what needs it does not run
};

/// One row of the doctor's table.
struct Finding {
  std::string id = {};  ///< stable: scripts read it
  std::string what = {};
  State state = State::good;
  std::string found = {};
  std::vector<std::string> needed_by = {};  ///< numbers of labs, or a program
  std::string consequence = {};             ///< of a lack: what does not run
  std::string remedy = {};                  ///< of a lack: the command or setting
};

struct Diagnosis {
  std::vector<Finding> findings = {};
  bool as_root = false;                 ///< containers start without a user namespace
  bool rootless = false;                ///< they start in one
  std::optional<Cause> forbidden = {};  ///< set when they start neither way
  std::string sentence = {};            ///< the end of it, in one
};

/// What to make of the facts. Pure: two calls with the same facts say the same.
Diagnosis diagnose(const Facts& facts);

// The parts of it, a noun each.
std::vector<Finding> find_start(const Facts& facts);  ///< kernel, both ways to start, ids
std::vector<Finding> find_namespaces(const Facts& facts);
std::vector<Finding> find_limits(const Facts& facts);      ///< cgroups
std::vector<Finding> find_storage(const Facts& facts);     ///< overlay, and what lies below
std::vector<Finding> find_privileges(const Facts& facts);  ///< capabilities, filters, devices
std::vector<Finding> find_tools(const Facts& facts);       ///< nftables, FUSE, terminal, programs

/// The command that installs a package, as this user would type it.
std::string install_command(const Facts& facts, const std::string& packages);

}  // namespace toolkit::course
