#pragma once

#include <string>
#include <string_view>

#include "toolkit/container/request.hpp"

namespace toolkit {

/// What a container finds in /etc/hosts, /etc/hostname and /etc/resolv.conf, as docker makes them:
/// its own name, and the host's name servers but those that only the host's loopback reaches.
EtcFiles make_etc_files(const std::string& hostname, std::string_view host_resolv_conf);

/// Sixty-four hexadecimal digits by chance; the first twelve are the default host name.
std::string random_id();

/// Throws std::runtime_error with the reason when the kernel or a resolver would not take the name.
/// See hostname(7); the kernel's own limit is 64 bytes.
void check_hostname(std::string_view name);

}  // namespace toolkit
