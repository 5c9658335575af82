#pragma once

#include <cstdint>
#include <string>

namespace toolkit::checks {

// Numbers of the kernel's interface as a header writes them: "MS_BIND|MS_REC". What has no name is
// shown as a number; no flag at all is "0".
std::string mount_flags(std::uint64_t flags);
std::string umount_flags(std::uint64_t flags);
/// Of clone, unshare and setns; the low byte of clone's is the signal at the end.
std::string clone_flags(std::uint64_t flags);
std::string unshare_flags(std::uint64_t flags);
std::string open_flags(std::uint64_t flags);
std::string open_tree_flags(std::uint64_t flags);
std::string move_mount_flags(std::uint64_t flags);
std::string mount_attributes(std::uint64_t flags);
std::string at_flags(std::uint64_t flags);
std::string wait_flags(std::uint64_t flags);
std::string file_mode(std::uint64_t mode);
std::string mode_bits(std::uint64_t mode);
std::string signal_name(std::uint64_t number);
std::string prctl_option(std::uint64_t option);
std::string socket_family(std::uint64_t family);
std::string socket_type(std::uint64_t type);
std::string hex(std::uint64_t number);

}  // namespace toolkit::checks
