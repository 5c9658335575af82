#pragma once

#include <functional>

#include "bench/mechanism.hpp"
#include "bench/statistics.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::bench {

/// A process in which a mechanism was set up; then it runs body.
Process spawn_in(const Mechanism& lab, const Scratch& scratch, const std::function<void()>& body);

/// One start of a process that does nothing else, until it is reaped. Throws what kept it from that.
Sample start_once(const Mechanism& lab, const Scratch& scratch);

/// A process that does an operation whenever it is asked to.
class Operator {
 public:
  /// `lab` is what the process is in, `what` whose operation it does. Throws what kept it from that.
  Operator(const Mechanism& lab, const Mechanism& what, const Scratch& scratch);
  /// Has it done so many times as the lab says: the time of one, in microseconds.
  Sample turn();

 private:
  SocketPair line_ = make_socket_pair();
  Process process_;
};

}  // namespace toolkit::bench
