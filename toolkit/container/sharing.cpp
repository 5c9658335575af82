#include "toolkit/container/sharing.hpp"

#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

/// One option: which kind it is about, and what "the container's own" is called there.
struct Option {
  const char* name;
  Ns kind;
  const char* own;
};

void read_word(Sharing& sharing, const Option& option, const std::string& word) {
  if (word.empty() || word == option.own) return;
  if (word == "host") {
    sharing.host |= option.kind;
    return;
  }
  const std::string path = namespace_path(word);
  if (path.empty()) {
    throw std::runtime_error(std::string(option.name) + " '" + printable(word) + "': it is host, " +
                             option.own + " or ns:PATH");
  }
  sharing.joins.push_back({option.kind, path});
}

}  // namespace

Ns Sharing::joined() const {
  Ns kinds = Ns::none;
  for (const Join& join : joins) kinds |= join.kind;
  return kinds;
}

std::string namespace_path(const std::string& word) {
  return word.starts_with("ns:") ? word.substr(3) : std::string();
}

Sharing parse_sharing(const SharingWords& words) {
  Sharing sharing;
  read_word(sharing, {"--pid", Ns::pid, "private"}, words.pid);
  if (words.ipc == "none") {
    sharing.shm = Shm::none;
  } else {
    read_word(sharing, {"--ipc", Ns::ipc, "private"}, words.ipc);
    if (words.ipc == "host") sharing.shm = Shm::host;
  }
  read_word(sharing, {"--uts", Ns::uts, "private"}, words.uts);
  read_word(sharing, {"--network", Ns::net, "none"}, words.network);
  return sharing;
}

}  // namespace toolkit
