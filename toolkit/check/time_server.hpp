#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "toolkit/check/machine.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::checks {

/// What a time server does with a request.
enum class Answer {
  right,
  none,
  none_but_chatter,  ///< none; but somebody else sends something from another port, again and again
  of_another,        ///< right, but the originate timestamp is that of some other request
  kiss,              ///< stratum 0 and a code, "RATE": go away. See RFC 5905, section 7.4
  no_servers,        ///< mode 5, a broadcast
  cut,               ///< its first 44 bytes
  unset_leap,        ///< leap indicator 3: its clock is not set
  unset_stratum,     ///< stratum 16: the same
  empty,             ///< no time in it
  after_a_stranger,  ///< right; but before it, one with another time comes from another port
};

/// What is wrong with a client's request, and what it is marked with, so that its answer is known.
struct TimeRequest {
  std::string fault = {};     ///< "47 bytes", "version 4, mode 4", or empty
  std::string transmit = {};  ///< 8 bytes
};
/// A clock that is ahead of this machine's by so many seconds: seconds since 1900 in the upper half;
/// beyond 2036 it begins anew at zero.
std::uint64_t time_stamp(double ahead);
/// See "Packet Header Variables" in RFC 5905, section 7.3.
TimeRequest read_time_request(const std::string& packet);

struct TimeServerOptions {
  double ahead = 0;  ///< seconds that its clock is ahead of this machine's
  Answer answer = Answer::right;
  std::chrono::milliseconds way{0};  ///< how long a packet takes to it, and back from it
};

/// A server of SNTP on a machine's loopback, whose process is none of the machine's. It ends with the
/// object. See RFC 5905.
class TimeServer {
 public:
  TimeServer(const Machine& machine, const TimeServerOptions& options);

  /// "127.0.0.1:PORT", a port that the kernel chose.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }
  /// Ends the server. The requests that it got, as they were on the wire.
  std::vector<std::string> requests();

 private:
  SocketPair told_ = make_socket_pair();
  std::string address_;
  Process process_;
};

}  // namespace toolkit::checks
