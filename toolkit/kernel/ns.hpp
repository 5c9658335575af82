#pragma once

#include <sched.h>

#include <cstdint>

namespace toolkit {

/// The kinds of namespaces, as clone3(2) and setns(2) number them. See namespaces(7).
enum class Ns : std::uint64_t {
  none = 0,
  time = 0x80,  ///< CLONE_NEWTIME; too small for clone(2), whose low byte is the exit signal
  mount = CLONE_NEWNS,
  cgroup = CLONE_NEWCGROUP,
  uts = CLONE_NEWUTS,
  ipc = CLONE_NEWIPC,
  user = CLONE_NEWUSER,
  pid = CLONE_NEWPID,
  net = CLONE_NEWNET,
};

constexpr std::uint64_t flags(Ns kinds) noexcept { return static_cast<std::uint64_t>(kinds); }
constexpr Ns operator|(Ns a, Ns b) noexcept { return static_cast<Ns>(flags(a) | flags(b)); }
constexpr Ns operator&(Ns a, Ns b) noexcept { return static_cast<Ns>(flags(a) & flags(b)); }
constexpr Ns& operator|=(Ns& a, Ns b) noexcept { return a = a | b; }
/// True when `kinds` holds all of `wanted`.
constexpr bool has(Ns kinds, Ns wanted) noexcept { return (kinds & wanted) == wanted; }

}  // namespace toolkit
