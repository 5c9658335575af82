#include "toolkit/container/environment.hpp"

#include <algorithm>
#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

std::string_view name_of(std::string_view assignment) {
  return assignment.substr(0, assignment.find('='));
}

}  // namespace

void set_variable(Environment& environment, std::string_view assignment) {
  const auto same =
      std::find_if(environment.begin(), environment.end(),
                   [&](const std::string& entry) { return name_of(entry) == name_of(assignment); });
  if (same != environment.end()) {
    *same = assignment;
  } else {
    environment.emplace_back(assignment);
  }
}

std::optional<std::string_view> variable(const Environment& environment, std::string_view name) {
  for (const std::string_view entry : environment) {
    if (name_of(entry) == name && entry.size() > name.size()) return entry.substr(name.size() + 1);
  }
  return {};
}

std::optional<std::string> resolve_assignment(std::string_view text, const Environment& caller) {
  const std::string_view name = name_of(text);
  if (name.empty() || name.find_first_of(" \t\n") != std::string_view::npos) {
    throw std::runtime_error("'" + printable(text) + "' is no variable: write NAME=VALUE or NAME");
  }
  if (name.size() < text.size()) return std::string(text);
  const auto value = variable(caller, name);
  if (!value) return {};
  return std::string(name) + '=' + std::string(*value);
}

std::vector<std::string> parse_env_file(std::string_view content) {
  std::vector<std::string> found;
  for (std::string_view line : lines(content)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos || line[begin] == '#') continue;
    found.emplace_back(line.substr(begin));
  }
  return found;
}

Environment make_environment(const EnvironmentSources& sources) {
  Environment environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  if (!sources.hostname.empty()) environment.push_back("HOSTNAME=" + sources.hostname);
  if (sources.terminal) environment.emplace_back("TERM=xterm");
  for (const std::string& entry : sources.image) set_variable(environment, entry);
  for (const std::string& entry : sources.assignments) set_variable(environment, entry);
  if (!variable(environment, "HOME")) environment.push_back("HOME=" + sources.home);
  return environment;
}

}  // namespace toolkit
