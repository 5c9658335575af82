#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {

/// A cgroup of its own, in the v2 hierarchy that a pure and a hybrid host both have, with a program
/// that lets its processes open harmless devices only; any node may be made. Removed with the object.
/// See "Device controller" in the kernel's cgroup-v2.rst.
class DeviceFence {
 public:
  /// Nothing where there is no v2 hierarchy to be written.
  static std::optional<DeviceFence> make();
  DeviceFence(DeviceFence&& other) noexcept;
  DeviceFence& operator=(DeviceFence&&) = delete;
  ~DeviceFence();
  void add(pid_t pid) const;

 private:
  explicit DeviceFence(std::string path);
  std::string path_;
};

}  // namespace toolkit::checks
