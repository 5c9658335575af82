#pragma once

#include <string>
#include <vector>

#include "toolkit/kernel/ns.hpp"

namespace toolkit {

/// A namespace of somebody else's, by a file that leads to it: /proc/PID/ns/net, or one that is mounted.
struct Join {
  Ns kind = Ns::none;
  std::string path = {};
  bool operator==(const Join&) const = default;
};

/// What is on /dev/shm: --ipc decides it, as docker has it.
enum class Shm { own, host, none };

/// Which namespaces of a container are not its own.
struct Sharing {
  Ns host = Ns::none;  ///< those that `cooper` itself is in
  std::vector<Join> joins = {};
  Shm shm = Shm::own;

  [[nodiscard]] bool is_own(Ns kind) const { return !has(host | joined(), kind); }
  [[nodiscard]] Ns joined() const;
};

/// The words of --pid, --ipc, --uts and --network, as they were typed; empty: the container's own.
struct SharingWords {
  std::string pid = {};
  std::string ipc = {};
  std::string uts = {};
  std::string network = {};
};
/// Pure. Throws std::runtime_error with the option and what can be said.
Sharing parse_sharing(const SharingWords& words);

/// The path of "ns:PATH", or empty.
std::string namespace_path(const std::string& word);

}  // namespace toolkit
