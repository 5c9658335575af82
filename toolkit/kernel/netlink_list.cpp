// What rtnetlink tells of a namespace.
#include <net/if.h>

#include <array>

#include "toolkit/kernel/netlink_parts.hpp"

namespace toolkit {
namespace {

using nl::done;
using nl::Owned;

std::string address_alone(nl_addr* address) {
  std::array<char, 128> text{};
  const std::string told = ::nl_addr2str(address, text.data(), text.size());
  return told.substr(0, told.find('/'));
}

std::string text_of(nl_addr* address) {
  return address_alone(address) + '/' + std::to_string(::nl_addr_get_prefixlen(address));
}

/// What a dump gave, as objects of one type.
template <typename Type>
std::vector<Type*> all(const Owned<nl_cache>& cache) {
  std::vector<Type*> list;
  nl_object* object = ::nl_cache_get_first(cache.get());
  for (; object != nullptr; object = ::nl_cache_get_next(object)) {
    list.push_back(reinterpret_cast<Type*>(object));  // NOLINT: how libnl derives
  }
  return list;
}

/// Calls one of libnl's functions that dump into a new cache.
template <typename Dump, typename... Arguments>
Owned<nl_cache> dumped(Dump dump, nl_sock* socket, Arguments... arguments) {
  nl_cache* cache = nullptr;
  done(dump(socket, arguments..., &cache), "netlink", "dump");
  return Owned<nl_cache>(cache);
}

}  // namespace

std::vector<LinkInfo> Netlink::links() {
  const auto cache = dumped(::rtnl_link_alloc_cache, parts_->socket.get(), AF_UNSPEC);
  const auto addresses = dumped(::rtnl_addr_alloc_cache, parts_->socket.get());
  std::vector<LinkInfo> found;
  for (rtnl_link* link : all<rtnl_link>(cache)) {
    const char* kind = ::rtnl_link_get_type(link);
    found.push_back({.index = ::rtnl_link_get_ifindex(link),
                     .name = ::rtnl_link_get_name(link),
                     .kind = kind != nullptr ? kind : "",
                     .up = (::rtnl_link_get_flags(link) & IFF_UP) != 0,
                     .master = ::rtnl_link_get_master(link)});
  }
  for (rtnl_addr* address : all<rtnl_addr>(addresses)) {
    for (LinkInfo& link : found) {
      if (link.index != ::rtnl_addr_get_ifindex(address)) continue;
      link.addresses.push_back(text_of(::rtnl_addr_get_local(address)));
    }
  }
  return found;
}

std::vector<std::string> Netlink::routes() {
  const std::vector<LinkInfo> there = links();
  const auto cache = dumped(::rtnl_route_alloc_cache, parts_->socket.get(), AF_UNSPEC, 0);
  std::vector<std::string> found;
  for (rtnl_route* route : all<rtnl_route>(cache)) {
    if (::rtnl_route_get_table(route) != RT_TABLE_MAIN) continue;
    nl_addr* to = ::rtnl_route_get_dst(route);
    std::string text = ::nl_addr_get_prefixlen(to) == 0 ? "default" : text_of(to);
    rtnl_nexthop* hop = ::rtnl_route_nexthop_n(route, 0);
    nl_addr* gateway = hop != nullptr ? ::rtnl_route_nh_get_gateway(hop) : nullptr;
    if (gateway != nullptr) text += " via " + address_alone(gateway);
    for (const LinkInfo& link : there) {
      if (hop != nullptr && link.index == ::rtnl_route_nh_get_ifindex(hop))
        text += " dev " + link.name;
    }
    found.push_back(std::move(text));
  }
  return found;
}

}  // namespace toolkit
