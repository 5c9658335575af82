#include "toolkit/course/demo.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "toolkit/course/demo/guest.hpp"
#include "toolkit/course/demo/table.hpp"
#include "toolkit/course/doctor.hpp"
#include "toolkit/course/tree.hpp"

namespace toolkit::course {
namespace {

constexpr int kUnavailable = 69;

std::string own_hostname() {
  utsname names{};
  ::uname(&names);
  return names.nodename;
}

void show(const Sight& host, Guest& guest) {
  const Sight container = look_at(guest.pid(), guest.hostname());
  fmt::print("\n{}", side_by_side(host, container));
  if (in_own_user_namespace(guest.pid())) {
    fmt::print("\nDifferent from a container that root starts:\n");
    for (const std::string& note : rootless_notes(container)) fmt::print("  {}\n", note);
  }
}

/// Nothing was started: what stands in the way, and what can be shown all the same.
int show_host_alone(const Sight& host, int status) {
  fmt::print("\n{}", side_by_side(host, {}));
  std::fflush(stdout);
  const std::optional<std::string> forbidden = what_forbids_containers();
  if (!forbidden) return status;  // cooper has said what went wrong
  fmt::print(stderr, "\nlab: no container can be started here: {}\n", *forbidden);
  return kUnavailable;
}

}  // namespace

int demo() {
  const Tree tree = this_tree();
  const std::string bin = (tree.build / "bin").string();
  const Sight host = look_at(::getpid(), own_hostname());
  fmt::print("$ {}\n", Guest::command_line());
  std::fflush(stdout);
  Guest guest(bin + "/cooper");
  if (!guest.running()) return show_host_alone(host, guest.finish());
  show(host, guest);
  if (const int status = guest.finish(); status != 0) return status;
  fmt::print(
      "\nNext: a shell in one, and every step of its start, with the reason for it:\n"
      "  {0}/cooper run -it busybox\n"
      "  {0}/cooper run --plan busybox true\n",
      bin);
  return 0;
}

}  // namespace toolkit::course
