#include "toolkit/container/launch.hpp"

#include <optional>

#include "toolkit/kernel/users.hpp"

namespace toolkit {

Process launch(const Plan& plan, Channel& channel) {
  std::optional<Gate> maps_written;
  if (plan.id_maps) maps_written.emplace();
  Process child =
      Process::spawn({.namespaces = plan.namespaces, .die_with_parent = false}, [&](FdRef errors) {
        // Until its ids are mapped, the child is nobody in its own user namespace.
        if (maps_written) maps_written->wait();
        init(plan, channel, errors);
      });
  if (maps_written) {
    write_id_maps(child.pid(), *plan.id_maps);
    maps_written->open();
  }
  if (channel.console) channel.console->theirs.reset();
  return child;
}

}  // namespace toolkit
