#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <vector>

#include "bench/lab_cost.hpp"
#include "bench/mechanism.hpp"

namespace toolkit::bench {

/// How long to go on: until both are over, or the time, whichever is sooner; never fewer than 5 turns.
struct Limits {
  int turns = 300;
  std::chrono::milliseconds time{2000};  ///< for the starts, and again for what runs
};

/// SIGINT or SIGTERM came: what was made has been removed.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Measures what labs cost, in turns with bare processes. What can't be measured here says why, and is
/// no error. Throws Interrupted.
std::vector<LabCost> measure_labs(const std::vector<Mechanism>& labs, const Limits& limits);

/// How long a bare process takes from clone3(2) until it is reaped, and one time of an operation in it,
/// in microseconds: what a prediction starts from.
double bare_start();
double bare_operation(const Mechanism& lab);

enum class Standing { root, root_of_user_namespace, user };
/// A user becomes root of a user namespace of their own, so that namespaces can be made; root stays root.
/// Who may not make one stays a user.
Standing take_standing();

}  // namespace toolkit::bench
