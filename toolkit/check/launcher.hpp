#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "toolkit/check/machine.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::checks {

/// How the learner's program is followed.
enum class Following { no, recorded, held };

/// What a launch takes; the views outlive it.
struct Launch {
  const std::vector<std::pair<Ns, Fd>>& namespaces;
  std::string program;  ///< its path in the machine
  std::vector<std::string> argv = {};
  std::vector<std::string> environment = {};
  Powers powers = Powers::contained;
  bool with_child = false;
  std::vector<int> leaks = {};
  std::vector<unsigned> without = {};
  InterfaceCalls interface_calls = InterfaceCalls::allowed;
  std::optional<User> user = {};  ///< instead of the machine's root
  std::function<void()> confine = {};
  Following following = Following::no;
  const std::string& probe_content;
};

/// The learner's program, started, with the ends that the checker reads.
struct Launched {
  Process starter;  ///< stands between: outside the machine's processes, inside all the rest of it
  Fd control;  ///< lines from the starter: "pid N", "held N", "call …", "end STATUS"; to it: "."
  Fd out;      ///< a stream socket, with the sender's pid at each message
  Fd err;
};

/// Starts the program. `before` is called with the starter's pid while it waits: what it joins, the
/// program joins.
Launched launch(const Launch& launch, const std::function<void(pid_t)>& before);

}  // namespace toolkit::checks
