#include <iterator>

#include "toolkit/container/request.hpp"
#include "toolkit/container/stages.hpp"

namespace toolkit {
namespace {

void append(std::vector<Step>& all, stage::Steps steps) {
  all.insert(all.end(), std::make_move_iterator(steps.begin()),
             std::make_move_iterator(steps.end()));
}

}  // namespace

Plan plan_start(const Request& request, const Host& host) {
  Plan plan{.namespaces = Ns::mount | Ns::pid | Ns::uts | Ns::ipc | Ns::net | Ns::cgroup,
            .id_maps = host.id_maps,
            .command = request.command};
  if (host.id_maps) plan.namespaces |= Ns::user;
  append(plan.steps, stage::assemble_root(request, host));
  append(plan.steps, stage::make_devices(request, host));
  append(plan.steps, stage::mount_kernel(host));
  append(plan.steps, stage::pivot(host));
  append(plan.steps, stage::take_streams(request));
  append(plan.steps, stage::mount_volumes(request, host));
  append(plan.steps, stage::protect(request));
  append(plan.steps, stage::settle(request));
  append(plan.steps, stage::drop_privileges(request, host));
  return plan;
}

}  // namespace toolkit
