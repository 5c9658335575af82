#include "toolkit/container/launch.hpp"

#include <optional>

#include "toolkit/container/prepare.hpp"

namespace toolkit {

Process launch(const Plan& plan, Channel& channel) {
  std::optional<Gate> prepared;
  if (needs_parent(plan)) prepared.emplace();
  if (plan.mapped_root) channel.root = make_socket_pair();
  SpawnOptions options{.namespaces = plan.namespaces, .die_with_parent = false};
  if (!plan.joins.empty()) options.before = [&plan] { join_namespaces(plan.joins); };
  Process child = Process::spawn(options, [&](FdRef errors) {
    // Until its ids are mapped, the child is nobody in its own user namespace.
    if (prepared) prepared->wait();
    init(plan, channel, errors);
  });
  prepare_child(plan, child.pid(), channel);
  if (prepared) prepared->open();
  if (channel.console) channel.console->theirs.reset();
  return child;
}

}  // namespace toolkit
