#include "toolkit/check/links.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>

#include "toolkit/check/observe.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

Fd open_rtnetlink() {
  return Fd(check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket",
                  "NETLINK_ROUTE"));
}

/// A request as bytes: a header, a structure of its type, attributes.
class Message {
 public:
  template <typename Body>
  Message(int type, int flags, const Body& body) {
    nlmsghdr header{};
    header.nlmsg_type = static_cast<std::uint16_t>(type);
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    add(&header, sizeof header);
    add(&body, sizeof body);
  }
  Message& attribute(int type, std::string_view value) {
    const rtattr head{.rta_len = static_cast<std::uint16_t>(sizeof(rtattr) + value.size()),
                      .rta_type = static_cast<std::uint16_t>(type)};
    add(&head, sizeof head);
    add(value.data(), value.size());
    return *this;
  }
  /// An attribute that holds others: its length is known when they are there.
  Message& nested(int type, const std::function<void()>& fill) {
    const std::size_t begin = bytes_.size();
    attribute(type, {});
    fill();
    const auto length = static_cast<std::uint16_t>(bytes_.size() - begin);
    std::memcpy(bytes_.data() + begin, &length, sizeof length);
    return *this;
  }
  template <typename Body>
  Message& structure(const Body& body) {
    add(&body, sizeof body);
    return *this;
  }
  void send_by(FdRef socket) {
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &length, sizeof length);
    check(::send(socket.get(), bytes_.data(), bytes_.size(), 0), "send", "NETLINK_ROUTE");
  }

 private:
  void add(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
    bytes_.resize((bytes_.size() + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO);
  }
  std::string bytes_;
};

/// What stands at a place in some bytes, copied: nothing need be aligned there.
template <typename Type>
Type at(std::string_view bytes, std::size_t offset = 0) {
  Type value{};
  if (bytes.size() >= offset + sizeof value) {
    std::memcpy(&value, bytes.data() + offset, sizeof value);
  }
  return value;
}

std::size_t aligned(std::size_t size) {
  return (size + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO;
}

using Attributes = std::map<int, std::string_view>;

Attributes attributes_of(std::string_view bytes) {
  Attributes found;
  while (bytes.size() >= sizeof(rtattr)) {
    const auto head = at<rtattr>(bytes);
    if (head.rta_len < sizeof head || head.rta_len > bytes.size()) break;
    found[head.rta_type] = bytes.substr(sizeof head, head.rta_len - sizeof head);
    bytes.remove_prefix(std::min(aligned(head.rta_len), bytes.size()));
  }
  return found;
}

std::string_view text_of(const Attributes& attributes, int type) {
  const auto found = attributes.find(type);
  if (found == attributes.end()) return {};
  return found->second.substr(0, found->second.find('\0'));
}

/// Reads answers up to the last one: each message that is data goes to `take`, without its header.
void answers(FdRef socket, const std::string& subject,
             const std::function<void(std::string_view)>& take) {
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = check(::recv(socket.get(), buffer.data(), buffer.size(), 0), "recv");
    std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    while (bytes.size() >= sizeof(nlmsghdr)) {
      const auto header = at<nlmsghdr>(bytes);
      if (header.nlmsg_type == NLMSG_DONE) return;
      if (header.nlmsg_type == NLMSG_ERROR) {
        const int error = -at<int>(bytes, sizeof header);
        if (error != 0) throw SystemError(error, "rtnetlink", subject);
        return;
      }
      take(bytes.substr(sizeof header, header.nlmsg_len - sizeof header));
      bytes.remove_prefix(std::min(aligned(header.nlmsg_len), bytes.size()));
    }
  }
}

template <typename Body>
void dump(int type, const std::function<void(const Body&, const Attributes&)>& take) {
  const Fd socket = open_rtnetlink();
  Message(type, NLM_F_DUMP, Body{}).send_by(socket);
  answers(socket, "dump", [&take](std::string_view bytes) {
    take(at<Body>(bytes), attributes_of(bytes.substr(std::min(bytes.size(), sizeof(Body)))));
  });
}

/// "10.1.0.0/16", or "default".
std::string prefix(int family, std::string_view address, int length) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  std::array<char, 16> bytes{};
  address.copy(bytes.data(), bytes.size());
  if (address.empty() && length == 0) return family == AF_INET6 ? "default (IPv6)" : "default";
  ::inet_ntop(family, bytes.data(), text.data(), text.size());
  return std::string(text.data()) + '/' + std::to_string(length);
}

struct Setting {
  unsigned flag;
  const char* name;
};
constexpr std::array kSettings{Setting{IFF_DEBUG, "DEBUG"}, Setting{IFF_NOARP, "NOARP"},
                               Setting{IFF_PROMISC, "PROMISC"}, Setting{IFF_ALLMULTI, "ALLMULTI"},
                               Setting{IFF_MULTICAST, "MULTICAST"}};

unsigned settings_in(unsigned flags) {
  unsigned found = 0;
  for (const Setting& setting : kSettings) found |= flags & setting.flag;
  return found;
}

void change_flags(const std::string& name, unsigned flags, unsigned change) {
  const Fd socket = open_rtnetlink();
  ifinfomsg link{};
  link.ifi_flags = flags;
  link.ifi_change = change;
  Message(RTM_NEWLINK, NLM_F_ACK, link).attribute(IFLA_IFNAME, name).send_by(socket);
  answers(socket, name, [](std::string_view) {});
}

}  // namespace

std::vector<Link> links_here() {
  std::vector<Link> links;
  dump<ifinfomsg>(RTM_GETLINK, [&links](const ifinfomsg& link, const Attributes& attributes) {
    links.push_back({.index = link.ifi_index,
                     .name = std::string(text_of(attributes, IFLA_IFNAME)),
                     .up = (link.ifi_flags & IFF_UP) != 0,
                     .settings = settings_in(link.ifi_flags)});
  });
  dump<ifaddrmsg>(RTM_GETADDR, [&links](const ifaddrmsg& address, const Attributes& attributes) {
    // Of a cable, IFA_ADDRESS is the other end's; only IPv4 has IFA_LOCAL.
    const int which = attributes.count(IFA_LOCAL) != 0 ? IFA_LOCAL : IFA_ADDRESS;
    const auto bytes = attributes.find(which);
    for (Link& link : links) {
      if (link.index != static_cast<int>(address.ifa_index) || bytes == attributes.end()) continue;
      link.addresses.push_back(prefix(address.ifa_family, bytes->second, address.ifa_prefixlen));
    }
  });
  return links;
}

std::vector<std::string> routes_here() {
  std::map<int, std::string> names;
  for (const Link& link : links_here()) names[link.index] = link.name;
  std::vector<std::string> routes;
  dump<rtmsg>(RTM_GETROUTE, [&](const rtmsg& route, const Attributes& attributes) {
    if (route.rtm_table == RT_TABLE_LOCAL || (route.rtm_flags & RTM_F_CLONED) != 0) return;
    const auto to = attributes.find(RTA_DST);
    const auto by = attributes.find(RTA_OIF);
    const std::string_view bytes = to == attributes.end() ? std::string_view() : to->second;
    const int index = by == attributes.end() ? 0 : at<int>(by->second);
    routes.push_back(prefix(route.rtm_family, bytes, route.rtm_dst_len) + " by " + names[index]);
  });
  return routes;
}

std::string links_as_text(const std::vector<Link>& links) {
  std::string text;
  for (const Link& link : links) {
    text += std::to_string(link.index) + ' ' + (link.up ? "up " : "down ") +
            std::to_string(link.settings) + ' ' + link.name;
    for (const std::string& address : link.addresses) text += ' ' + address;
    text += '\n';
  }
  return text;
}

std::vector<Link> links_from_text(const std::string& text) {
  std::vector<Link> links;
  for (const std::string_view line : lines(text)) {
    const std::vector<std::string_view> fields = words(line);
    links.push_back({.index = static_cast<int>(parse_number(fields.at(0)).value_or(0)),
                     .name = std::string(fields.at(3)),
                     .up = fields.at(1) == "up",
                     .settings = static_cast<unsigned>(parse_number(fields.at(2)).value_or(0)),
                     .addresses = {fields.begin() + 4, fields.end()}});
  }
  return links;
}

std::vector<Link> links_of(pid_t pid) {
  return links_from_text(inside(pid, Ns::net, [] { return links_as_text(links_here()); }));
}

const Link* link_named(const std::vector<Link>& links, std::string_view name) {
  for (const Link& link : links) {
    if (link.name == name) return &link;
  }
  return nullptr;
}

bool is_up_with(const std::vector<Link>& links, std::string_view name, std::string_view address) {
  const Link* link = link_named(links, name);
  if (link == nullptr || !link->up) return false;
  const auto& all = link->addresses;
  return std::find(all.begin(), all.end(), address) != all.end();
}

std::string settings_of(const std::vector<Link>& links, std::string_view name) {
  const Link* link = link_named(links, name);
  if (link == nullptr) return "it is not there";
  std::string text;
  for (const Setting& setting : kSettings) {
    if ((link->settings & setting.flag) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(setting.name);
  }
  return text.empty() ? "none" : text;
}

std::string to_text(const std::vector<Link>& links) {
  std::string text;
  for (const Link& link : links) {
    text += (text.empty() ? "" : "; ") + link.name + (link.up ? ", up" : ", down");
    for (std::size_t i = 0; i < link.addresses.size(); ++i) {
      text += (i == 0 ? ": " : ", ") + link.addresses[i];
    }
  }
  return text.empty() ? "none" : text;
}

void make_veth(const std::string& name, const std::string& peer) {
  const Fd socket = open_rtnetlink();
  Message message(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  message.attribute(IFLA_IFNAME, name).nested(IFLA_LINKINFO, [&] {
    message.attribute(IFLA_INFO_KIND, "veth").nested(IFLA_INFO_DATA, [&] {
      message.nested(VETH_INFO_PEER,
                     [&] { message.structure(ifinfomsg{}).attribute(IFLA_IFNAME, peer); });
    });
  });
  message.send_by(socket);
  answers(socket, name, [](std::string_view) {});
}

void set_link(const std::string& name, LinkState state) {
  change_flags(name, state == LinkState::up ? IFF_UP : 0, IFF_UP);
}

void raise_flags(const std::string& name, unsigned flags) { change_flags(name, flags, flags); }

void rename_link(const std::string& name, const std::string& to) {
  const Fd socket = open_rtnetlink();
  ifinfomsg link{};
  link.ifi_index = static_cast<int>(check(::if_nametoindex(name.c_str()), "if_nametoindex", name));
  Message(RTM_NEWLINK, NLM_F_ACK, link).attribute(IFLA_IFNAME, to).send_by(socket);
  answers(socket, name, [](std::string_view) {});
}

}  // namespace toolkit::checks
