#pragma once

#include <string>
#include <string_view>

#include "toolkit/container/sharing.hpp"

namespace toolkit {

/// A setting of the kernel that a namespace of the container has for itself.
struct Sysctl {
  std::string name;   ///< as it was asked for: "net.ipv4.ip_forward"
  std::string path;   ///< below /proc/sys: "net/ipv4/ip_forward"
  std::string value;  ///< what is written there
};

/// One that has a system call of its own.
inline constexpr std::string_view kDomainName = "kernel/domainname";

/// `--sysctl NAME=VALUE`. Only what a namespace of the container's own holds is let through, as runc
/// and docker have it: all else would change the machine. Pure. Throws std::runtime_error.
Sysctl parse_sysctl(std::string_view text, const Sharing& sharing);

}  // namespace toolkit
