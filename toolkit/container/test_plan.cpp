#include "toolkit/container/test_plan.hpp"

#include <algorithm>

namespace toolkit::test {

Request sample_request() {
  return {.root = "/image",
          .hostname = "box",
          .etc = {.hosts = "127.0.0.1\tbox\n", .hostname = "box\n", .resolv_conf = ""},
          .command = {.argv = {"true"}, .env = {"PATH=/bin"}}};
}

Host rootful_host() {
  return {.base = "/run/cooper/mnt", .capabilities = CapSet(~std::uint64_t{0})};
}

Host single_id_host() {
  Host host = rootful_host();
  host.users = Users::own;
  host.id_maps = rootless_maps(1000, 1000, {}, {});
  return host;
}

Host ranges_host() {
  const std::vector<IdMap> ranges = {{.outside = 100000, .count = 65536}};
  Host host = rootful_host();
  host.users = Users::own;
  host.id_maps = rootless_maps(1000, 1000, ranges, ranges);
  return host;
}

std::vector<std::string> calls_of(const Plan& plan) {
  std::vector<std::string> calls;
  for (const Step& step : plan.steps) {
    for (std::string& call : describe(step.call)) calls.push_back(std::move(call));
  }
  return calls;
}

std::size_t position(const std::vector<std::string>& calls, const std::string& beginning) {
  const auto found = std::find_if(calls.begin(), calls.end(), [&](const std::string& call) {
    return call.starts_with(beginning);
  });
  return static_cast<std::size_t>(found - calls.begin());
}

bool contains(const std::vector<std::string>& calls, const std::string& beginning) {
  return position(calls, beginning) < calls.size();
}

}  // namespace toolkit::test
