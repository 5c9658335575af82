#include "toolkit/container/zone.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

constexpr const char* kUsualPlace = "/usr/share/zoneinfo";

/// No name of a zone leads out of their directory. See "Theory and pragmatics" of the tz database.
bool is_name(std::string_view name) {
  const std::vector<std::string_view> parts = split(name, '/');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    const auto is_known = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-' || c == '+';
    };
    return !part.empty() && std::all_of(part.begin(), part.end(), is_known);
  });
}

/// The content of a file that is a zone's. A root may have anything in its place, of any size.
std::optional<std::string> read_zone(FdRef file) {
  constexpr off_t kLargest = 1 << 18;
  struct stat status {};
  check(::fstat(file.get(), &status), "fstat", "zone");
  if (!S_ISREG(status.st_mode) || status.st_size > kLargest) return {};
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = check(::read(file.get(), content.data(), content.size()), "read", "zone");
  content.resize(static_cast<std::size_t>(got));
  if (!content.starts_with("TZif")) return {};
  return content;
}

/// What a path of the host's leads to, if that is a zone.
std::optional<std::string> host_zone(const std::string& path) {
  std::array<char, PATH_MAX> resolved{};
  if (::realpath(path.c_str(), resolved.data()) == nullptr) return {};
  try {
    if (!read_zone(open_file(resolved.data(), O_RDONLY | O_NONBLOCK))) return {};
  } catch (const SystemError&) {
    return {};  // one that this user can't read is none
  }
  return resolved.data();
}

std::optional<std::string> zone_of_root(FdRef root, const std::string& name) {
  try {
    return read_zone(
        open_in_root(root, std::string(kUsualPlace) + '/' + name, O_RDONLY | O_NONBLOCK));
  } catch (const SystemError&) {
    return {};
  }
}

}  // namespace

std::string zone_directory() {
  const char* place = std::getenv("TZDIR");
  return place != nullptr && *place == '/' ? place : kUsualPlace;
}

Zone find_zone(const std::string& name, const std::string& directory, FdRef root) {
  if (name == "local") {
    if (auto file = host_zone("/etc/localtime")) return {.file = std::move(*file)};
    throw std::runtime_error("--tz local: this machine has no zone in /etc/localtime");
  }
  if (is_name(name)) {
    if (auto file = host_zone(directory + '/' + name)) return {.file = std::move(*file)};
    if (auto content = zone_of_root(root, name)) return {.content = std::move(*content)};
  }
  throw std::runtime_error("--tz '" + printable(name) +
                           "': no such time zone; they are the files below " + directory +
                           ", such as Europe/Berlin");
}

}  // namespace toolkit
