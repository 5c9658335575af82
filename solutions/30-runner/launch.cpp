#include "toolkit/container/launch.hpp"

#include "toolkit/kernel/users.hpp"

namespace toolkit {

Process launch(const Plan& plan, Channel& channel) {
  Gate maps_written;
  Process child = Process::spawn(
      {.namespaces = plan.namespaces, .die_with_parent = plan.die_with_parent}, [&](FdRef errors) {
        // Until its ids are mapped, the child is nobody in its own user namespace.
        if (plan.id_maps) maps_written.wait();
        init(plan, channel, errors);
      });
  if (plan.id_maps) {
    write_id_maps(child.pid(), *plan.id_maps);
    maps_written.open();
  }
  if (channel.console) channel.console->theirs.reset();
  return child;
}

}  // namespace toolkit
