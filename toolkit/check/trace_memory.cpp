#include "toolkit/check/trace_memory.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace toolkit::checks {
namespace {

constexpr std::size_t kLongest = 4096;

/// Reads less where the memory ends; no page is smaller, so a piece lies in one.
std::size_t read_piece(pid_t pid, std::uint64_t address, void* data, std::size_t size) {
  constexpr std::uint64_t kPiece = 4096;
  const std::size_t in_page = kPiece - address % kPiece;
  const iovec local{.iov_base = data, .iov_len = std::min(size, in_page)};
  const iovec remote{.iov_base = reinterpret_cast<void*>(address),
                     .iov_len = local.iov_len};  // NOLINT
  const ssize_t got = ::process_vm_readv(pid, &local, 1, &remote, 1, 0);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

}  // namespace

bool read_memory(pid_t pid, std::uint64_t address, void* data, std::size_t size) {
  auto* bytes = static_cast<char*>(data);
  while (size > 0) {
    const std::size_t got = read_piece(pid, address, bytes, size);
    if (got == 0) return false;
    address += got;
    bytes += got;
    size -= got;
  }
  return true;
}

std::optional<std::string> read_string(pid_t pid, std::uint64_t address) {
  std::string text;
  std::array<char, kLongest> piece{};
  while (text.size() < kLongest) {
    const std::size_t got = read_piece(pid, address + text.size(), piece.data(), piece.size());
    if (got == 0) return {};
    const std::string_view part(piece.data(), got);
    const std::size_t end = part.find('\0');
    text += part.substr(0, end);
    if (end != part.npos) break;
  }
  return text;
}

std::optional<std::string> read_bytes(pid_t pid, std::uint64_t address, std::uint64_t size) {
  std::string text(std::min<std::uint64_t>(size, kLongest), '\0');
  if (!read_memory(pid, address, text.data(), text.size())) return {};
  return text;
}

std::vector<std::string> read_strings(pid_t pid, std::uint64_t address, std::size_t most) {
  std::vector<std::string> all;
  while (all.size() < most) {
    const auto pointer = read_value<std::uint64_t>(pid, address);
    if (!pointer || *pointer == 0) break;
    all.push_back(read_string(pid, *pointer).value_or("?"));
    address += sizeof *pointer;
  }
  return all;
}

}  // namespace toolkit::checks
