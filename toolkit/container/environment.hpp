#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit {

using Environment = std::vector<std::string>;  ///< "NAME=VALUE", each name once

/// Sets "NAME=VALUE", replacing an earlier value of that name.
void set_variable(Environment& environment, std::string_view assignment);
std::optional<std::string_view> variable(const Environment& environment, std::string_view name);

/// One `-e`: "K=V" as it is; "K" takes the caller's value, or is dropped when the caller has none.
/// Throws std::runtime_error for a name that is empty or has a blank in it.
std::optional<std::string> resolve_assignment(std::string_view text, const Environment& caller);
/// The lines of an --env-file: blank ones and those that start with '#' are none.
std::vector<std::string> parse_env_file(std::string_view content);

struct EnvironmentSources {
  Environment image = {};
  std::vector<std::string> assignments = {};  ///< of the command line, resolved, in their order
  std::string hostname = {};
  std::string home = {};
  bool terminal = false;
};
/// What the command finds, as docker has it: PATH, HOSTNAME, TERM with a terminal; the image's; the
/// command line's; HOME of the user when nobody set it.
Environment make_environment(const EnvironmentSources& sources);

}  // namespace toolkit
