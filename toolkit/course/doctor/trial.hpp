#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace toolkit::course {

/// What a start of a container does to the kernel, in the order in which it is tried.
enum class Step : std::uint8_t {
  user_ns,
  uid_map,
  mount_ns,
  uts_ns,
  ipc_ns,
  net_ns,
  cgroup_ns,
  time_ns,
  pid_ns,
  nftables,  ///< a question to nf_tables in the new network namespace
  make_private,
  tmpfs,
  proc,
  sysfs,
  mqueue,
  devpts,
  overlay,  ///< lower: where images lie; upper: a tmpfs
  mknod,
};
inline constexpr std::size_t kSteps = static_cast<std::size_t>(Step::mknod) + 1;

constexpr int kNotTried = -1;

/// What came of each step: 0, an errno, or kNotTried.
class Trial {
 public:
  Trial() { results_.fill(kNotTried); }
  [[nodiscard]] int at(Step step) const { return results_[static_cast<std::size_t>(step)]; }
  void set(Step step, int result) { results_[static_cast<std::size_t>(step)] = result; }
  [[nodiscard]] bool worked(Step step) const { return at(step) == 0; }

  /// The first failed step that a container can't be without; nothing when one could start.
  [[nodiscard]] std::optional<Step> obstacle() const;

 private:
  std::array<int, kSteps> results_{};
};

enum class Who {
  self,           ///< in the user namespace where we are: needs CAP_SYS_ADMIN in it
  self_rootless,  ///< in a user namespace of its own, in which this user is root
  other_user,     ///< the same, after becoming an ordinary user; only root can try this
};

/// Tries each step in children that end at once and take everything with them; no file is made but
/// on a tmpfs of theirs. The kernel may load a module of its own (overlay, nf_tables). Uses fork
/// and not clone3, which sandboxes filter. Nothing when `who` can't be tried by this process.
std::optional<Trial> try_steps(Who who, const std::string& image_directory);

/// Gives a child with a user namespace of its own what /etc/subuid and /etc/subgid lend to this
/// user, by newuidmap(1): 0, or an errno. Needs clone3.
int try_id_ranges();

/// 0, or the errno of a clone3(2) that asks for nothing special.
int try_clone3();

}  // namespace toolkit::course
