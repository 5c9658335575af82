#pragma once

#include <string>
#include <vector>

#include "toolkit/container/request.hpp"

namespace toolkit::test {

/// A start of `true` from "/image", under an overlay.
Request sample_request();
Host rootful_host();
/// One id; what maps_of_caller() gives uid 1000 without a line in /etc/subuid.
Host single_id_host();
/// With 100000:65536 for both kinds of ids.
Host ranges_host();

/// The steps in strace's words.
std::vector<std::string> calls_of(const Plan& plan);
/// Where a call stands that begins so; past the last one when there is none.
std::size_t position(const std::vector<std::string>& calls, const std::string& beginning);
bool contains(const std::vector<std::string>& calls, const std::string& beginning);

}  // namespace toolkit::test
