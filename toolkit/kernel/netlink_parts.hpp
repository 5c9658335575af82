#pragma once

// What netlink.cpp and netlink_list.cpp share; nobody else includes it.
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/netlink.hpp"

namespace toolkit {
namespace nl {

struct Release {
  void operator()(nl_sock* socket) const { ::nl_socket_free(socket); }
  void operator()(nl_msg* message) const { ::nlmsg_free(message); }
  void operator()(nl_cache* cache) const { ::nl_cache_free(cache); }
  void operator()(nl_addr* address) const { ::nl_addr_put(address); }
  void operator()(rtnl_link* link) const { ::rtnl_link_put(link); }
  void operator()(rtnl_addr* address) const { ::rtnl_addr_put(address); }
  void operator()(rtnl_route* route) const { ::rtnl_route_put(route); }
};
template <typename Type>
using Owned = std::unique_ptr<Type, Release>;

/// The errno of one of libnl's own numbers.
int errno_of(int error);
/// Throws SystemError for what libnl calls an error.
void done(int error, std::string_view operation, std::string_view subject);

template <typename Type>
Owned<Type> made(Type* pointer) {
  if (pointer == nullptr) throw SystemError(ENOMEM, "netlink", "");
  return Owned<Type>(pointer);
}

}  // namespace nl

struct Netlink::Parts {
  struct Request {
    nl::Owned<nl_msg> message;
    std::string operation;
    std::string subject;
  };
  nl::Owned<nl_sock> socket = nl::made(::nl_socket_alloc());
  std::vector<Request> gathered = {};

  void gather(nl_msg* message, int error, std::string operation, std::string subject) {
    nl::Owned<nl_msg> owned(message);
    nl::done(error, operation, subject);
    gathered.push_back({std::move(owned), std::move(operation), std::move(subject)});
  }
  void create(const nl::Owned<rtnl_link>& link, const std::string& kind) {
    nl_msg* message = nullptr;
    const int error =
        ::rtnl_link_build_add_request(link.get(), NLM_F_CREATE | NLM_F_EXCL, &message);
    gather(message, error, "add " + kind, ::rtnl_link_get_name(link.get()));
  }
  /// Asks for what `changes` holds; without an index its name says which device is meant.
  void change(const nl::Owned<rtnl_link>& changes, int index, std::string operation,
              std::string subject) {
    const nl::Owned<rtnl_link> now = nl::made(::rtnl_link_alloc());
    if (index != 0) ::rtnl_link_set_ifindex(now.get(), index);
    nl_msg* message = nullptr;
    const int error = ::rtnl_link_build_change_request(now.get(), changes.get(), 0, &message);
    gather(message, error, std::move(operation), std::move(subject));
  }
  [[nodiscard]] std::optional<int> find(const std::string& name) const {
    rtnl_link* link = nullptr;
    const int error = ::rtnl_link_get_kernel(socket.get(), 0, name.c_str(), &link);
    const nl::Owned<rtnl_link> owned(link);
    if (error < 0 && nl::errno_of(error) == ENODEV) return {};
    nl::done(error, "netlink", name);
    return ::rtnl_link_get_ifindex(link);
  }
  void send(std::size_t begin, std::size_t end);
  std::optional<SystemError> await(std::size_t begin, std::size_t end);
};

}  // namespace toolkit
