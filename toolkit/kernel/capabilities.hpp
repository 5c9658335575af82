#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit {

/// A set of capabilities, one bit a number of linux/capability.h. See capabilities(7).
class CapSet {
 public:
  constexpr CapSet() noexcept = default;
  constexpr explicit CapSet(std::uint64_t bits) noexcept : bits_(bits) {}
  constexpr CapSet(std::initializer_list<unsigned> numbers) noexcept {
    for (const unsigned number : numbers) bits_ |= std::uint64_t{1} << number;
  }

  [[nodiscard]] constexpr bool contains(unsigned number) const noexcept {
    return ((bits_ >> number) & 1U) != 0;
  }
  [[nodiscard]] constexpr std::uint64_t bits() const noexcept { return bits_; }
  constexpr CapSet operator&(CapSet other) const noexcept { return CapSet(bits_ & other.bits_); }
  constexpr bool operator==(const CapSet&) const noexcept = default;

 private:
  std::uint64_t bits_ = 0;
};

/// "CAP_SYS_ADMIN" and the rest, by number; empty for a number this program does not know.
std::string_view capability_name(unsigned number);
/// The names of a set, in the order of their numbers.
std::vector<std::string_view> capability_names(CapSet set);

/// The fourteen that docker leaves to a container's root.
CapSet default_capabilities();

struct Capabilities {
  CapSet effective = {};
  CapSet permitted = {};
  CapSet inheritable = {};
};
/// Of the calling thread. See capget(2).
Capabilities current_capabilities();
/// Sets the three at once; ambient ones that are no longer inheritable go with it. See capset(2).
void set_capabilities(const Capabilities& wanted);

/// What exec can still give. See PR_CAPBSET_READ in prctl(2).
CapSet bounding_set();
/// Drops everything else from the bounding set, for good. Needs CAP_SETPCAP.
void limit_bounding_set(CapSet keep);

/// From here on no exec gains privileges: setuid bits and file capabilities are ignored.
/// See PR_SET_NO_NEW_PRIVS in prctl(2).
void set_no_new_privs();

}  // namespace toolkit
