#pragma once

#include <string>
#include <string_view>

namespace toolkit::bench {

/// On a disk, where images lie too; /tmp is memory on many machines.
inline constexpr std::string_view kTreesBelow = "/var/tmp";

/// Every tree that a run measures, made of the embedded image below one directory of kTreesBelow, and a
/// directory below /run for what runners note of running containers. Both are removed at the end.
class Workspace {
 public:
  /// `prefix` is the directory of the build: its helper unpacks its image. Throws when it can't.
  explicit Workspace(std::string prefix);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] const std::string& state() const noexcept { return state_; }
  [[nodiscard]] std::string store() const { return path_ + "/store"; }
  /// A copy of the image's tree, for those that start in a plain directory.
  [[nodiscard]] std::string rootfs() const { return path_ + "/rootfs"; }
  /// A new directory of this name for an OCI runtime's config.json.
  [[nodiscard]] std::string make_bundle(const std::string& name) const;

 private:
  std::string prefix_;
  std::string path_;
  std::string state_;
};

/// What OCI runtimes need to do the work of the others: `spec` is what the runtime itself proposes
/// (`runc spec`). It comes to start `true` in a root, with no terminal, in a cgroup namespace too. Pure.
std::string config_for_bench(const std::string& spec, const std::string& root);

}  // namespace toolkit::bench
