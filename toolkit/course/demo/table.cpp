#include "toolkit/course/demo/table.hpp"

#include <fmt/format.h>

#include <array>

#include "toolkit/kernel/text.hpp"

namespace toolkit::course {
namespace {

struct Row {
  const char* what;
  std::string Sight::*field;
  const char* lab;
};

constexpr std::array kRows = {Row{"own pid", &Sight::pid, "06 pid"},
                              Row{"host name", &Sight::hostname, "04 uts"},
                              Row{"processes", &Sight::processes, "06 pid"},
                              Row{"mounts", &Sight::mounts, "05 mount"},
                              Row{"root", &Sight::root, "03 pivot-root"},
                              Row{"network", &Sight::network, "08 net"},
                              Row{"users", &Sight::users, "09 user"},
                              Row{"devices", &Sight::devices, "16 devices"},
                              Row{"capabilities", &Sight::capabilities, "18 capabilities"}};

constexpr int kWhat = 13;
constexpr int kSight = 24;

/// Longer than its column, a text is cut and says so.
std::string fit(const std::string& text) {
  const std::string shown = printable(text);
  if (shown.size() < kSight) return shown;
  return shown.substr(0, kSight - 2) + "…";
}

}  // namespace

std::string side_by_side(const Sight& host, const std::optional<Sight>& container) {
  std::string text = fmt::format("{:<{}}{:<{}}{:<{}}{}\n", "", kWhat, "the host sees", kSight,
                                 container ? "the container sees" : "", kSight, "taught by lab");
  for (const Row& row : kRows) {
    text += fmt::format("{:<{}}{:<{}}{:<{}}{}\n", row.what, kWhat, fit(host.*row.field), kSight,
                        container ? fit(*container.*row.field) : "-", kSight, row.lab);
  }
  return text;
}

std::vector<std::string> rootless_notes(const Sight& container) {
  return {
      fmt::format("users         {}: it was started without root, in a user namespace of its own",
                  container.users),
      "capabilities  they count only for what that user namespace owns, not for the host",
      "root          overlay keeps its marks in user.* attributes; trusted.* ones need real root"};
}

}  // namespace toolkit::course
