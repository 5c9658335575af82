#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolkit::checks {

/// Reads memory of another process; false when any of it is not there. See process_vm_readv(2).
bool read_memory(pid_t pid, std::uint64_t address, void* data, std::size_t size);

template <typename Value>
std::optional<Value> read_value(pid_t pid, std::uint64_t address) {
  Value value{};
  if (!read_memory(pid, address, &value, sizeof value)) return {};
  return value;
}

/// A string that ends with a zero byte, of at most 4096 bytes; nothing for a bad pointer.
std::optional<std::string> read_string(pid_t pid, std::uint64_t address);
/// So many bytes, at most 4096.
std::optional<std::string> read_bytes(pid_t pid, std::uint64_t address, std::uint64_t size);
/// The strings of an array of pointers that ends with a null, at most so many.
std::vector<std::string> read_strings(pid_t pid, std::uint64_t address, std::size_t most);

}  // namespace toolkit::checks
