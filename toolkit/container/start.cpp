#include <iterator>

#include "toolkit/container/request.hpp"
#include "toolkit/container/stages.hpp"

namespace toolkit {
namespace {

void append(std::vector<Step>& all, stage::Steps steps) {
  all.insert(all.end(), std::make_move_iterator(steps.begin()),
             std::make_move_iterator(steps.end()));
}

/// What the container is in, the stages are given below it: where the caller is nobody, that is
/// the current directory, which no permission on the way to it can close.
Host seen_by_builder(const Host& host) {
  Host seen = host;
  if (host.builder == Builder::root) seen.base = std::string(stage::kBuilderBase);
  return seen;
}

Request seen_by_builder(const Request& request, const Host& host) {
  Request seen = request;
  if (stage::takes_root(request, host)) seen.root = stage::lower(host);
  return seen;
}

}  // namespace

Plan plan_start(const Request& request, const Host& host) {
  Plan plan{.joins = request.sharing.joins, .command = request.command};
  for (const Ns kind : {Ns::mount, Ns::pid, Ns::uts, Ns::ipc, Ns::net, Ns::cgroup}) {
    if (request.sharing.is_own(kind)) plan.namespaces |= kind;
  }
  if (host.users == Users::own) {
    plan.namespaces |= Ns::user;
    plan.id_maps = host.id_maps;
  }
  if (request.root_owners == RootOwners::mapped) plan.mapped_root = request.root;
  if (has(request.sharing.host, Ns::pid)) plan.processes = Processes::shared;
  append(plan.steps, stage::begin(request, host));
  const Host base = seen_by_builder(host);
  const Request within = seen_by_builder(request, host);
  append(plan.steps, stage::assemble_root(within, base));
  append(plan.steps, stage::make_devices(within, base));
  append(plan.steps, stage::mount_kernel(within, base));
  append(plan.steps, stage::pivot(base));
  append(plan.steps, stage::take_streams(within));
  append(plan.steps, stage::mount_volumes(within, base));
  append(plan.steps, stage::protect(within));
  append(plan.steps, stage::settle(within));
  append(plan.steps, stage::drop_privileges(within, base));
  return plan;
}

}  // namespace toolkit
