// net: runs a command in a network stack of its own.
//
//   net [--device NAME] [--persist FILE] [--] CMD [ARG…]
//   net --join FILE [--] CMD [ARG…]
//   net --rm FILE
//
// What it guarantees:
//  - the command is in a network namespace that was made for it alone, in which lo is up;
//  - NAME, a device of the machine, is in it, too, and up: it has left the machine;
//  - FILE, a new file, keeps the namespace when all processes have left it; with --join another
//    command runs in there; --rm lets it go and removes FILE;
//  - where the kernel refuses one of these, the command does not start;
//  - the machine's other links, and this program's own namespace, stay as they were.
// Its status is the command's, 128 + the signal that ended it, 126 and 127 as a shell gives them, or
// 125 where the command was never tried.

#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

using toolkit::Arguments;
using toolkit::check;
using toolkit::Fd;
using toolkit::FdRef;
using toolkit::Process;
using toolkit::SystemError;

namespace {

struct Request {
  std::optional<std::string> device;
  std::optional<std::string> persist;
  std::optional<std::string> join;
  std::optional<std::string> remove;
  Arguments command;
};

[[noreturn]] void refuse() {
  throw std::invalid_argument(
      "usage: net [--device NAME] [--persist FILE] [--] CMD [ARG…]\n"
      "            net --join FILE [--] CMD [ARG…]\n"
      "            net --rm FILE");
}

std::optional<std::string>& option_named(Request& request, const std::string& name) {
  if (name == "--device") return request.device;
  if (name == "--persist") return request.persist;
  if (name == "--join") return request.join;
  if (name != "--rm") refuse();
  return request.remove;
}

Request read_request(const Arguments& arguments) {
  Request request;
  std::size_t next = 0;
  while (next < arguments.size() && arguments[next].starts_with("--")) {
    const std::string& option = arguments[next++];
    if (option == "--") break;
    std::optional<std::string>& value = option_named(request, option);
    if (next == arguments.size()) refuse();
    value = arguments[next++];
  }
  request.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  if (request.command.empty() != request.remove.has_value()) refuse();
  const bool makes = request.device || request.persist;
  if ((makes && request.join) || ((makes || request.join) && request.remove)) refuse();
  return request;
}

/// A request about one link: a header, what it is about, and attributes behind it. See rtnetlink(7).
struct Message {
  nlmsghdr header = {};  ///< nlmsg_len is written, and grows with each attribute
  ifinfomsg link = {};
  std::array<char, 256> attributes = {};

  Message() { header.nlmsg_len = sizeof header + sizeof link; }

  /// Appends type, length and value, and what fills up to four bytes.
  void add(unsigned short type, const void* value, std::size_t size) {
    const rtattr head{.rta_len = static_cast<unsigned short>(sizeof(rtattr) + size),
                      .rta_type = type};
    char* const end = attributes.data() + (header.nlmsg_len - sizeof header - sizeof link);
    std::memcpy(end, &head, sizeof head);
    std::memcpy(end + sizeof head, value, size);
    header.nlmsg_len += static_cast<unsigned>(RTA_ALIGN(head.rta_len));
  }
  void add_name(const std::string& name) {
    if (name.size() >= IFNAMSIZ) throw SystemError(EINVAL, "device", name);
    add(IFLA_IFNAME, name.c_str(), name.size() + 1);
  }
};

/// What the kernel answers. An answer that refuses has the request behind it.
struct Answer {
  nlmsghdr header = {};
  nlmsgerr result = {};
  std::array<char, 512> request = {};
};

/// A socket to the kernel's network stack: that of the namespace this process is in now.
Fd open_rtnetlink() {
  return Fd(check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket",
                  "NETLINK_ROUTE"));
}

void leave_shared_network() {
  // step 08.1: leave the network namespace that this process shares with the machine
  check(::unshare(CLONE_NEWNET), "unshare", "CLONE_NEWNET");
}

/// Takes the kernel's answer to the request that was sent last.
void read_answer(FdRef socket, const std::string& name);

void set_up(FdRef socket, const std::string& name) {
  Message message;
  message.add_name(name);
  {
    // step 08.2: make it an RTM_NEWLINK, a request that asks for IFF_UP and an answer; send it
    message.header.nlmsg_type = RTM_NEWLINK;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    message.link.ifi_flags = IFF_UP;
    message.link.ifi_change = IFF_UP;
    check(::send(socket.get(), &message, message.header.nlmsg_len, 0), "send", "NETLINK_ROUTE");
  }
  read_answer(socket, name);
}

void read_answer(FdRef socket, const std::string& name) {
  Answer answer;
  // step 08.3: receive the answer; where it refuses, throw a SystemError of "RTM_NEWLINK" and name
  check(::recv(socket.get(), &answer, sizeof answer, 0), "recv", "NETLINK_ROUTE");
  const bool refused = answer.header.nlmsg_type == NLMSG_ERROR && answer.result.error != 0;
  if (refused) throw SystemError(-answer.result.error, "RTM_NEWLINK", name);
}

void take_device(FdRef machine, FdRef own, const std::string& name) {
  // step 08.4: have the machine's stack move the device into this process's namespace; bring it up
  Message message;
  message.add_name(name);
  const int pid = ::getpid();
  message.add(IFLA_NET_NS_PID, &pid, sizeof pid);
  message.header.nlmsg_type = RTM_NEWLINK;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  check(::send(machine.get(), &message, message.header.nlmsg_len, 0), "send", "NETLINK_ROUTE");
  read_answer(machine, name);
  set_up(own, name);
}

void keep_namespace(const std::string& file) {
  // step 08.5: make the file, a new one, and mount this process's network namespace on it
  toolkit::open_file(file, O_CREAT | O_EXCL | O_RDONLY, 0444).reset();
  check(::mount("/proc/self/ns/net", file.c_str(), nullptr, MS_BIND, nullptr), "mount", file);
}

void join_namespace(const std::string& file) {
  // step 08.6: enter the network namespace that the file keeps, and no other kind
  const Fd kept = toolkit::open_file(file, O_RDONLY);
  check(::setns(kept.get(), CLONE_NEWNET), "setns", file);
}

void remove_namespace(const std::string& file) {
  // step 08.7: where the file keeps a network, take it off, even if somebody has it open; unlink
  const Fd kept = toolkit::open_file(file, O_RDONLY);
  const bool network = ::ioctl(kept.get(), NS_GET_NSTYPE) == CLONE_NEWNET;
  if (!network) throw SystemError(EINVAL, "NS_GET_NSTYPE", file);
  check(::umount2(file.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW), "umount2", file);
  check(::unlink(file.c_str()), "unlink", file);
}

void make_namespace(const Request& request) {
  const Fd machine = open_rtnetlink();  // it stays the machine's
  leave_shared_network();
  const Fd own = open_rtnetlink();
  set_up(own, "lo");
  if (request.device) take_device(machine, own, *request.device);
  if (request.persist) keep_namespace(*request.persist);
}

/// Turns this process into the command; where it can't, says why and ends as a shell would.
[[noreturn]] void become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const int why = errno;
  std::fprintf(stderr, "net: %s: %s\n", argv[0], std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

int run(const Arguments& arguments) {
  const Request request = read_request(arguments);
  if (request.remove) {
    remove_namespace(*request.remove);
    return 0;
  }
  Process child = Process::spawn({}, [&request] {  // what follows happens to the child alone
    if (request.join) {
      join_namespace(*request.join);
    } else {
      make_namespace(request);
    }
    become(request.command);
  });
  child.await_exec();  // throws here what was thrown there
  return child.wait().shell_code();
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("net", argc, argv, run); }
