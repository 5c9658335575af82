// Born in lab 08, where the messages are put together by hand. Here libnl does it.
#include "toolkit/kernel/netlink.hpp"

#include <net/if.h>
#include <netlink/route/link/veth.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/netlink_parts.hpp"

namespace toolkit {

namespace nl {

/// libnl has error numbers of its own; these are the ones that its callers here can meet.
int errno_of(int error) {
  switch (-error) {
    case NLE_NODEV:
    case NLE_OBJ_NOTFOUND:
      return ENODEV;
    case NLE_PERM:
      return EPERM;
    case NLE_NOMEM:
      return ENOMEM;
    case NLE_INVAL:
    case NLE_NOADDR:
    case NLE_AF_MISMATCH:
      return EINVAL;
    case NLE_RANGE:
      return ERANGE;
    default:
      return EIO;
  }
}

void done(int error, std::string_view operation, std::string_view subject) {
  if (error < 0) throw SystemError(errno_of(error), operation, subject);
}

}  // namespace nl

namespace {

using nl::done;
using nl::made;
using nl::Owned;

Owned<rtnl_link> link_called(const std::string& name, const char* kind = nullptr) {
  if (name.empty() || name.size() >= IFNAMSIZ) throw SystemError(EINVAL, "device", name);
  Owned<rtnl_link> link = made(::rtnl_link_alloc());
  ::rtnl_link_set_name(link.get(), name.c_str());
  if (kind != nullptr) done(::rtnl_link_set_type(link.get(), kind), "device", kind);
  return link;
}

/// "10.1.0.2/16", as bytes.
Owned<nl_addr> parsed(const std::string& text) {
  nl_addr* address = nullptr;
  done(::nl_addr_parse(text.c_str(), AF_UNSPEC, &address), "address", text);
  Owned<nl_addr> owned(address);
  const int family = ::nl_addr_get_family(address);  // it also reads what is no IP
  if (family != AF_INET && family != AF_INET6) throw SystemError(EINVAL, "address", text);
  return owned;
}

}  // namespace

Netlink::Netlink() : parts_(std::make_unique<Parts>()) {
  done(::nl_connect(parts_->socket.get(), NETLINK_ROUTE), "netlink", "NETLINK_ROUTE");
  ::nl_socket_disable_seq_check(parts_->socket.get());  // commit() reads by itself
}
Netlink::Netlink(Netlink&&) noexcept = default;
Netlink::~Netlink() = default;

Netlink& Netlink::add_dummy(const std::string& name) {
  parts_->create(link_called(name, "dummy"), "dummy");
  return *this;
}

Netlink& Netlink::add_bridge(const std::string& name) {
  parts_->create(link_called(name, "bridge"), "bridge");
  return *this;
}

Netlink& Netlink::add_veth(const Veth& pair) {
  static_cast<void>(link_called(pair.name));
  static_cast<void>(link_called(pair.peer));
  const Owned<rtnl_link> link = made(::rtnl_link_veth_alloc());
  ::rtnl_link_set_name(link.get(), pair.name.c_str());
  const Owned<rtnl_link> peer = made(::rtnl_link_veth_get_peer(link.get()));
  ::rtnl_link_set_name(peer.get(), pair.peer.c_str());
  if (pair.peer_netns) ::rtnl_link_set_ns_fd(peer.get(), pair.peer_netns->get());
  if (!pair.master.empty()) ::rtnl_link_set_master(link.get(), index_of(pair.master));
  parts_->create(link, "veth");
  return *this;
}

Netlink& Netlink::set_state(const std::string& link, LinkState state) {
  const Owned<rtnl_link> changes = link_called(link);
  if (state == LinkState::up) {
    ::rtnl_link_set_flags(changes.get(), IFF_UP);
  } else {
    ::rtnl_link_unset_flags(changes.get(), IFF_UP);
  }
  parts_->change(changes, 0, state == LinkState::up ? "set up" : "set down", link);
  return *this;
}

Netlink& Netlink::move(const std::string& link, FdRef netns) {
  const Owned<rtnl_link> changes = link_called(link);
  ::rtnl_link_set_ns_fd(changes.get(), netns.get());
  parts_->change(changes, 0, "move", link);
  return *this;
}

Netlink& Netlink::remove(const std::string& link) {
  const Owned<rtnl_link> gone = link_called(link);
  nl_msg* message = nullptr;
  const int error = ::rtnl_link_build_delete_request(gone.get(), &message);
  parts_->gather(message, error, "remove", link);
  return *this;
}

int Netlink::index_of(const std::string& link) {
  static_cast<void>(link_called(link));
  std::optional<int> index = parts_->find(link);
  if (!index && !parts_->gathered.empty()) {
    commit();
    index = parts_->find(link);
  }
  if (!index) throw SystemError(ENODEV, "device", link);
  return *index;
}

Netlink& Netlink::set_master(const std::string& link, const std::string& bridge) {
  const Owned<rtnl_link> changes = link_called(link);
  ::rtnl_link_set_master(changes.get(), index_of(bridge));
  parts_->change(changes, 0, "set master", link);
  return *this;
}

Netlink& Netlink::rename(const std::string& link, const std::string& name) {
  parts_->change(link_called(name), index_of(link), "rename", link);
  return *this;
}

Netlink& Netlink::add_address(const std::string& link, const std::string& address) {
  const Owned<rtnl_addr> wanted = made(::rtnl_addr_alloc());
  ::rtnl_addr_set_ifindex(wanted.get(), index_of(link));
  done(::rtnl_addr_set_local(wanted.get(), parsed(address).get()), "address", address);
  nl_msg* message = nullptr;
  const int error =
      ::rtnl_addr_build_add_request(wanted.get(), NLM_F_CREATE | NLM_F_EXCL, &message);
  parts_->gather(message, error, "add address", address + " to " + link);
  return *this;
}

Netlink& Netlink::add_route(const Route& route) {
  const Owned<rtnl_route> wanted = made(::rtnl_route_alloc());
  const std::string via = route.via.empty() ? "0.0.0.0" : route.via;
  const Owned<nl_addr> gateway = parsed(via);
  const int family = ::nl_addr_get_family(gateway.get());
  const bool everything = route.to == "default";
  const Owned<nl_addr> to = parsed(!everything          ? route.to
                                   : family == AF_INET6 ? "::/0"
                                                        : "0.0.0.0/0");
  done(::rtnl_route_set_dst(wanted.get(), to.get()), "route", route.to);
  ::rtnl_route_set_table(wanted.get(), RT_TABLE_MAIN);
  rtnl_nexthop* hop = ::rtnl_route_nh_alloc();
  if (hop == nullptr) throw SystemError(ENOMEM, "route", route.to);
  ::rtnl_route_add_nexthop(wanted.get(), hop);  // the route's from here on
  if (!route.via.empty()) ::rtnl_route_nh_set_gateway(hop, gateway.get());
  if (!route.link.empty()) ::rtnl_route_nh_set_ifindex(hop, index_of(route.link));
  nl_msg* message = nullptr;
  const int error =
      ::rtnl_route_build_add_request(wanted.get(), NLM_F_CREATE | NLM_F_EXCL, &message);
  parts_->gather(message, error, "add route", route.to);
  return *this;
}

void Netlink::Parts::send(std::size_t begin, std::size_t end) {
  std::string bytes;
  for (std::size_t i = begin; i < end; ++i) {
    ::nl_complete_msg(socket.get(), gathered[i].message.get());  // a number, and NLM_F_ACK
    const nlmsghdr* header = ::nlmsg_hdr(gathered[i].message.get());
    bytes.append(reinterpret_cast<const char*>(header), header->nlmsg_len);  // NOLINT: as bytes
    bytes.resize((bytes.size() + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO);
  }
  check(::send(::nl_socket_get_fd(socket.get()), bytes.data(), bytes.size(), 0), "send", "netlink");
}

/// One answer to each request, in their order: the ack, or a refusal with the request behind it.
std::optional<SystemError> Netlink::Parts::await(std::size_t begin, std::size_t end) {
  std::optional<SystemError> first;
  while (begin < end) {
    alignas(nlmsghdr) std::array<char, 8192> buffer{};
    const int fd = ::nl_socket_get_fd(socket.get());
    const ssize_t got = check(::recv(fd, buffer.data(), buffer.size(), 0), "recv", "netlink");
    nlmsghdr header{};
    nlmsgerr answer{};
    if (got < static_cast<ssize_t>(sizeof header + sizeof answer.error)) continue;
    std::memcpy(&header, buffer.data(), sizeof header);
    std::memcpy(&answer.error, buffer.data() + sizeof header, sizeof answer.error);
    const Request& request = gathered[begin];
    if (header.nlmsg_type != NLMSG_ERROR ||
        header.nlmsg_seq != ::nlmsg_hdr(request.message.get())->nlmsg_seq) {
      continue;  // of an earlier dump that was not read to its end
    }
    if (answer.error != 0 && !first) {
      first.emplace(-answer.error, request.operation, request.subject);
    }
    ++begin;
  }
  return first;
}

void Netlink::commit() {
  // More answers at once than the socket has room for would be lost.
  constexpr std::size_t kMost = 64;
  std::optional<SystemError> first;
  for (std::size_t begin = 0; begin < parts_->gathered.size(); begin += kMost) {
    const std::size_t end = std::min(begin + kMost, parts_->gathered.size());
    parts_->send(begin, end);
    std::optional<SystemError> refusal = parts_->await(begin, end);
    if (!first) first = std::move(refusal);
  }
  parts_->gathered.clear();
  if (first) throw SystemError(*first);
}

}  // namespace toolkit
