#include <stdexcept>

#include "toolkit/container/stages.hpp"

namespace toolkit::stage {
namespace {

void require_mapped(const Request& request, const Host& host) {
  if (!host.id_maps) return;
  const bool uid_mapped = host.id_maps->maps_uid(request.user.uid);
  if (uid_mapped && host.id_maps->maps_gid(request.user.gid)) return;
  const std::string id = uid_mapped ? "group " + std::to_string(request.user.gid)
                                    : "user " + std::to_string(request.user.uid);
  throw std::runtime_error(
      id +
      ": the container's user namespace has no such id; ranges of ids come from the package "
      "uidmap and from lines like 'NAME:100000:65536' in /etc/subuid and /etc/subgid");
}

}  // namespace

Steps take_streams(const Request& request) {
  Steps steps;
  if (request.terminal == Terminal::own) {
    steps.push_back({step::NewTerminal{.owner = request.user.uid},
                     "a session with a terminal of the container's own"});
    return steps;
  }
  steps.push_back(
      {step::NewSession{}, "no terminal of the host controls it, or can be written to"});
  if (request.input == Input::none) {
    steps.push_back({step::EmptyInput{}, "no input was asked for (-i)"});
  }
  return steps;
}

Steps settle(const Request& request) {
  Steps steps;
  if (request.sharing.is_own(Ns::uts)) {
    steps.push_back({step::SetHostname{request.hostname}, "the name of this uts namespace"});
  }
  steps.push_back({step::NewKeyring{}, "the caller's keys are not the container's"});
  if (request.sharing.is_own(Ns::net)) {
    steps.push_back({step::LoopbackUp{}, "127.0.0.1 and ::1 of this network namespace"});
  }
  if (!request.sharing.is_own(Ns::pid) && request.command.init == InitProcess::hop) {
    steps.push_back({step::AdoptOrphans{}, "the hop is no PID 1 here, and reaps all the same"});
  }
  if (request.working_directory != "/") {  // where the pivot left it
    steps.push_back({step::ChangeDirectory{request.working_directory}, "where the command starts"});
  }
  return steps;
}

Steps drop_privileges(const Request& request, const Host& host) {
  require_mapped(request, host);
  const CapSet kept = default_capabilities() & host.capabilities;
  Steps steps;
  steps.push_back({step::LimitBoundingSet{kept}, "no exec can bring the others back"});
  if (!host.id_maps || host.id_maps->setgroups == IdMaps::Setgroups::allow) {
    steps.push_back(
        {step::SetGroups{request.user.groups}, "the caller's groups are not the container's"});
  }
  steps.push_back(
      {step::SetGroup{request.user.gid}, "group first: afterwards it is no longer allowed"});
  steps.push_back({step::SetUser{request.user.uid}, "the user that was asked for"});
  steps.push_back({step::SetCapabilities{request.user.uid == 0 ? kept : CapSet()},
                   request.user.uid == 0 ? "what docker leaves to root" : "another user has none"});
  steps.push_back({step::NoNewPrivileges{}, "no setuid program gains anything"});
  return steps;
}

}  // namespace toolkit::stage
