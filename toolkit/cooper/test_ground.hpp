#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "toolkit/test/test.hpp"

namespace toolkit::test {

/// Who types the commands of a test: root, with the rights of the machine, or somebody without any.
enum class Caller { root, nobody };

/// What the tests of containers stand on: a root filesystem of busybox, a place for state, and a copy
/// of `cooper`, all of which its caller can reach, wherever the build lies.
class Ground {
 public:
  explicit Ground(Caller caller);

  [[nodiscard]] uid_t uid() const noexcept { return uid_; }
  [[nodiscard]] std::string cooper() const { return directory_.at("cooper"); }
  [[nodiscard]] std::string rootfs() const { return directory_.at("rootfs"); }
  /// A path of the caller's own, where nothing is yet.
  [[nodiscard]] std::string own(const std::string& name) const {
    return directory_.at("own/" + name);
  }
  /// `cooper --state STATE run WORD…`, for the caller.
  [[nodiscard]] std::vector<std::string> run_words(const std::string& state,
                                                   const std::vector<std::string>& words) const;
  /// The same as somebody of any rights can type it, to become the caller first.
  [[nodiscard]] std::vector<std::string> as_caller(std::vector<std::string> words) const;

 private:
  TempDir directory_;
  uid_t uid_ = 0;
};

/// Can this process start containers as that caller? Else the reason why not.
std::string cannot_call_as(Caller caller);

/// Mounts, links and cgroups as this process sees them, to compare. A start changes none of them.
struct HostState {
  std::string mounts = {};
  std::set<std::string> links = {};
  std::set<std::string> cgroups = {};  ///< below this process's own
  bool operator==(const HostState&) const = default;
};
HostState host_state();

/// Leaves the machine's mount, network and other namespaces for new ones in which every mount is
/// shared, as systemd has it, so that whatever escapes a container would show. For root alone.
void leave_machine();

/// The names of what lies in a directory; none when there is no such directory.
std::set<std::string> entries(const std::string& directory);

}  // namespace toolkit::test
