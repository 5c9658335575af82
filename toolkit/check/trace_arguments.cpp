#include "toolkit/check/trace_arguments.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "toolkit/check/trace_flags.hpp"
#include "toolkit/check/trace_memory.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr std::size_t kShown = 120;

std::string quoted(std::string_view text) {
  const bool cut = text.size() > kShown;
  return "\"" + printable(text.substr(0, kShown)) + (cut ? "\"…" : "\"");
}

std::string pointer(std::uint64_t address) { return address == 0 ? "NULL" : hex(address); }

Argument show_text(pid_t pid, std::uint64_t address) {
  const auto text = read_string(pid, address);
  if (!text) return {.text = pointer(address)};
  return {.text = quoted(*text), .plain = *text};
}

Argument show_bytes(pid_t pid, std::uint64_t address, std::uint64_t size) {
  const auto text = read_bytes(pid, address, size);
  if (!text) return {.text = pointer(address)};
  return {.text = quoted(*text), .plain = *text};
}

/// A request to netlink by its type and flags; of other bytes, their number is told behind it.
std::string show_message(pid_t pid, std::uint64_t address, std::uint64_t size) {
  const auto header = read_value<nlmsghdr>(pid, address);
  if (!header || header->nlmsg_len != size) return {};
  std::string text = header->nlmsg_type == RTM_NEWLINK
                         ? "RTM_NEWLINK"
                         : "type " + std::to_string(header->nlmsg_type);
  if ((header->nlmsg_flags & NLM_F_REQUEST) != 0) text += "|NLM_F_REQUEST";
  if ((header->nlmsg_flags & NLM_F_ACK) != 0) text += "|NLM_F_ACK";
  return text;
}

std::string show_words(pid_t pid, std::uint64_t address) {
  constexpr std::size_t kMost = 16;
  std::string text;
  std::size_t count = 0;
  for (const std::string& word : read_strings(pid, address, kMost + 1)) {
    text += text.empty() ? "" : ", ";
    text += count++ < kMost ? quoted(word) : "…";
  }
  return "[" + text + "]";
}

std::string show_ids(pid_t pid, std::uint64_t address, std::uint64_t count) {
  constexpr std::uint64_t kMost = 16;
  std::string text;
  for (std::uint64_t i = 0; i < count && i < kMost; ++i) {
    const auto id = read_value<std::uint32_t>(pid, address + i * sizeof(std::uint32_t));
    if (!id) return pointer(address);
    text += (text.empty() ? "" : ", ") + std::to_string(*id);
  }
  return "[" + text + (count > kMost ? ", …]" : "]");
}

/// A number in a register is as wide as the register; the call takes its lower half.
int as_int(std::uint64_t value) { return static_cast<int>(static_cast<std::uint32_t>(value)); }

std::string path_of(const ProcessView& process, int descriptor) {
  if (process.proc == -1 || descriptor < 0) return {};
  const std::string link = std::to_string(process.pid) + "/fd/" + std::to_string(descriptor);
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlinkat(process.proc, link.c_str(), path.data(), path.size());
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : "";
}

Argument show_descriptor(const ProcessView& process, int descriptor) {
  const std::string path = path_of(process, descriptor);
  const std::string number = std::to_string(descriptor);
  return {.text = path.empty() ? number : number + "<" + printable(path) + ">", .plain = path};
}

Argument show_directory(const ProcessView& process, int descriptor) {
  if (descriptor == AT_FDCWD) return {.text = "AT_FDCWD"};
  return show_descriptor(process, descriptor);
}

std::string show_device(std::uint64_t device) {
  if (device == 0) return "0";
  return "makedev(" + std::to_string(::gnu_dev_major(device)) + ", " +
         std::to_string(::gnu_dev_minor(device)) + ")";
}

std::string show_clone_args(pid_t pid, std::uint64_t address) {
  const auto flags = read_value<std::uint64_t>(pid, address);
  const auto signal = read_value<std::uint64_t>(pid, address + offsetof(clone_args, exit_signal));
  if (!flags || !signal) return pointer(address);
  return "{flags=" + unshare_flags(*flags) + ", exit_signal=" + signal_name(*signal) + "}";
}

std::string show_attributes(pid_t pid, std::uint64_t address) {
  const auto attributes = read_value<mount_attr>(pid, address);
  if (!attributes) return pointer(address);
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (attributes->attr_set != 0) add("set=" + mount_attributes(attributes->attr_set));
  if (attributes->attr_clr != 0) add("clear=" + mount_attributes(attributes->attr_clr));
  if (attributes->propagation != 0) add("propagation=" + mount_flags(attributes->propagation));
  return "{" + text + "}";
}

std::string show_open_how(pid_t pid, std::uint64_t address) {
  const auto how = read_value<open_how>(pid, address);
  if (!how) return pointer(address);
  return "{flags=" + open_flags(how->flags) + ", resolve=" + hex(how->resolve) + "}";
}

std::string show_capabilities(pid_t pid, std::uint64_t address) {
  const auto sets = read_value<std::array<__user_cap_data_struct, 2>>(pid, address);
  if (!sets) return pointer(address);
  const auto whole = [](std::uint32_t low, std::uint32_t high) {
    return hex(low | std::uint64_t{high} << 32U);
  };
  const auto& [low, high] = *sets;
  return "{effective=" + whole(low.effective, high.effective) +
         ", permitted=" + whole(low.permitted, high.permitted) +
         ", inheritable=" + whole(low.inheritable, high.inheritable) + "}";
}

std::string show_handler(pid_t pid, std::uint64_t address) {
  if (address == 0) return "NULL";
  const auto handler =
      read_value<std::uint64_t>(pid, address);  // the kernel's struct begins with it
  if (!handler) return pointer(address);
  if (*handler == 0) return "SIG_DFL";
  return *handler == 1 ? "SIG_IGN" : "a handler";
}

std::string show_prctl_value(pid_t pid, std::uint64_t option, std::uint64_t value) {
  switch (option) {
    case PR_SET_PDEATHSIG:
      return signal_name(value);
    case PR_SET_NAME:
      return show_text(pid, value).text;
    default:
      return std::to_string(value);
  }
}

Argument show_address(pid_t pid, std::uint64_t address, std::uint64_t size) {
  const auto bytes = read_bytes(pid, address, std::min<std::uint64_t>(size, sizeof(sockaddr_un)));
  if (!bytes || bytes->size() < sizeof(sa_family_t)) return {.text = pointer(address)};
  sa_family_t family = 0;
  ::memcpy(&family, bytes->data(), sizeof family);
  if (family == AF_UNIX) {
    std::string_view path = *bytes;
    path.remove_prefix(sizeof family);
    if (path.starts_with('\0')) {
      const std::string name(path.substr(1));
      return {.text = "{AF_UNIX, \"@" + printable(name) + "\"}", .plain = "@" + name};
    }
    const std::string name(path.substr(0, path.find('\0')));
    return {.text = "{AF_UNIX, " + quoted(name) + "}", .plain = name};
  }
  if (family == AF_INET && bytes->size() >= sizeof(sockaddr_in)) {
    sockaddr_in internet{};
    ::memcpy(&internet, bytes->data(), sizeof internet);
    std::array<char, INET_ADDRSTRLEN> host{};
    ::inet_ntop(AF_INET, &internet.sin_addr, host.data(), host.size());
    const std::string name =
        std::string(host.data()) + ":" + std::to_string(ntohs(internet.sin_port));
    return {.text = "{AF_INET, " + name + "}", .plain = name};
  }
  return {.text = "{" + socket_family(family) + ", …}"};
}

}  // namespace

Argument show(const ProcessView& process, const RawCall& call, Kind kind, std::size_t index) {
  const pid_t pid = process.pid;
  const std::uint64_t value = call.arguments[index];
  const std::uint64_t before = index > 0 ? call.arguments[index - 1] : 0;
  const std::uint64_t after = index + 1 < call.arguments.size() ? call.arguments[index + 1] : 0;
  const auto low = static_cast<std::uint32_t>(value);
  switch (kind) {
    case Kind::end:
    case Kind::skip:
      return {};
    case Kind::number:
      return {.text = std::to_string(as_int(value))};
    case Kind::hex:
      return {.text = hex(value)};
    case Kind::descriptor:
      return show_descriptor(process, as_int(value));
    case Kind::directory:
      return show_directory(process, as_int(value));
    case Kind::text:
      return show_text(pid, value);
    case Kind::counted:
      return show_bytes(pid, value, after);
    case Kind::message:
      return {.text = show_message(pid, value, after)};
    case Kind::words:
      return {.text = show_words(pid, value)};
    case Kind::ids:
      return {.text = show_ids(pid, value, before)};
    case Kind::mode:
      return {.text = mode_bits(low)};
    case Kind::file_mode:
      return {.text = file_mode(low)};
    case Kind::device:
      return {.text = show_device(value)};
    case Kind::signal:
      return {.text = signal_name(low)};
    case Kind::mount_flags:
      return {.text = mount_flags(value)};
    case Kind::umount_flags:
      return {.text = umount_flags(low)};
    case Kind::clone_flags:
      return {.text = clone_flags(value)};
    case Kind::unshare_flags:
      return {.text = unshare_flags(low)};
    case Kind::open_flags:
      return {.text = open_flags(low)};
    case Kind::open_how:
      return {.text = show_open_how(pid, value)};
    case Kind::creation_mode:
      return {.text = (before & O_CREAT) != 0 ? mode_bits(low) : ""};
    case Kind::open_tree_flags:
      return {.text = open_tree_flags(low)};
    case Kind::move_flags:
      return {.text = move_mount_flags(low)};
    case Kind::attributes:
      return {.text = show_attributes(pid, value)};
    case Kind::at_flags:
      return {.text = at_flags(low)};
    case Kind::wait_flags:
      return {.text = wait_flags(low)};
    case Kind::clone_args:
      return {.text = show_clone_args(pid, value)};
    case Kind::capabilities:
      return {.text = show_capabilities(pid, value)};
    case Kind::prctl:
      return {.text = prctl_option(low)};
    case Kind::prctl_value:
      return {.text = show_prctl_value(pid, before, value)};
    case Kind::handler:
      return {.text = show_handler(pid, value)};
    case Kind::family:
      return {.text = socket_family(low)};
    case Kind::socket_type:
      return {.text = socket_type(low)};
    case Kind::address:
      return show_address(pid, value, after);
  }
  return {};
}

}  // namespace toolkit::checks
