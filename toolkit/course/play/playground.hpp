#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "toolkit/check/machine.hpp"
#include "toolkit/course/catalogue.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {

/// A program, its arguments (its name first) and nothing of the caller's environment but TERM.
struct Command {
  std::string program = {};  ///< its path in the machine
  std::vector<std::string> words = {};
};

/// A throw-away machine, as checks use it, for a person: the probe in /w/probe, a root filesystem in
/// /w/rootfs, and a learner's program under its name.
class Playground {
 public:
  /// With a program, it is there as /w/NAME. Throws std::runtime_error with advice where no machine
  /// can be made.
  explicit Playground(const Tree& tree, const std::string& program = {},
                      const std::string& name = "program");

  [[nodiscard]] const checks::Machine& machine() const noexcept { return *machine_; }
  /// Makes a root filesystem: the probe, the directories that programs expect, and the static busybox
  /// of the host with its applets, where there is one. One that is there already stays.
  void make_rootfs(const std::string& path) const;
  /// Does /w/rootfs have programs?
  [[nodiscard]] bool has_busybox() const;

  /// Runs a command with the caller's streams; where these are a terminal, on a terminal of the
  /// machine's own. `beside` is started before it and left alone. Its status as a shell gives it.
  [[nodiscard]] int attend(const Command& command, const std::optional<Command>& beside = {}) const;

 private:
  std::optional<checks::Machine> machine_;
};

/// The learner's program of a lab, compiled when it changed: its path. Throws std::runtime_error with
/// what the compiler said.
std::string compiled_program(const Tree& tree, const Lab& lab);

/// The shell of a playground: the host's bash, or what is there.
Command shell_command();

}  // namespace toolkit::course
