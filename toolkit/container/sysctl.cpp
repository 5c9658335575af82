#include "toolkit/container/sysctl.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

struct Known {
  std::string_view path;  ///< one file, or with a slash at its end all below it
  Ns kind;
  std::string_view option;  ///< decides whose namespace it is
};

constexpr std::array kKnown = {
    Known{"kernel/msgmax", Ns::ipc, "--ipc"}, Known{"kernel/msgmnb", Ns::ipc, "--ipc"},
    Known{"kernel/msgmni", Ns::ipc, "--ipc"}, Known{"kernel/sem", Ns::ipc, "--ipc"},
    Known{"kernel/shmall", Ns::ipc, "--ipc"}, Known{"kernel/shmmax", Ns::ipc, "--ipc"},
    Known{"kernel/shmmni", Ns::ipc, "--ipc"}, Known{"kernel/shm_rmid_forced", Ns::ipc, "--ipc"},
    Known{"fs/mqueue/", Ns::ipc, "--ipc"},    Known{"net/", Ns::net, "--network"},
    Known{kDomainName, Ns::uts, "--uts"}};

std::runtime_error refusal(std::string_view text, const std::string& why) {
  return std::runtime_error("--sysctl '" + printable(text) + "': " + why);
}

/// As sysctl(8) has it: the first separator is the separator, and the other one stands for itself
/// turned round ("net.ipv4.conf.eth0/1.forwarding" is about the link eth0.1).
std::string path_of(std::string_view name) {
  std::string path(name);
  if (name.substr(0, name.find_first_of("./")).size() == name.size()) return path;
  if (name[name.find_first_of("./")] == '/') return path;
  for (char& c : path) {
    if (c == '.') {
      c = '/';
    } else if (c == '/') {
      c = '.';
    }
  }
  return path;
}

bool is_plain(const std::string& path) {
  const std::vector<std::string_view> parts = split(path, '/');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && part != "." && part != "..";
  });
}

const Known* find_known(const std::string& path) {
  const auto* known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& each) {
    return each.path.ends_with('/') ? path.starts_with(each.path) : path == each.path;
  });
  return known != kKnown.end() ? known : nullptr;
}

}  // namespace

Sysctl parse_sysctl(std::string_view text, const Sharing& sharing) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) throw refusal(text, "write NAME=VALUE");
  const std::string_view name = trim(text.substr(0, equals));
  const std::string_view value = trim(text.substr(equals + 1));
  const std::string path = path_of(name);
  if (value.empty()) throw refusal(text, "a value is missing");
  if (text.find('\0') != text.npos || text.find('\n') != text.npos || !is_plain(path)) {
    throw refusal(text, "this is no name of a setting");
  }
  if (path == "kernel/hostname") throw refusal(text, "the host name is --hostname's");
  const Known* known = find_known(path);
  if (known == nullptr) {
    throw refusal(text,
                  "no namespace holds it, it is the whole machine's; what can be set is net.*, "
                  "fs.mqueue.*, kernel.msg*, kernel.sem, kernel.shm* and kernel.domainname");
  }
  if (!sharing.is_own(known->kind)) {
    throw refusal(text, "with this " + std::string(known->option) +
                            " it is not the container's own, but somebody else's as well");
  }
  return {.name = std::string(name), .path = path, .value = std::string(value)};
}

}  // namespace toolkit
