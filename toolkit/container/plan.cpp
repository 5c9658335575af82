#include "toolkit/container/plan.hpp"

#include <array>

#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

std::string clone_flags(Ns namespaces) {
  struct Name {
    Ns kind;
    const char* flag;
  };
  constexpr std::array kNames = {
      Name{Ns::mount, "CLONE_NEWNS"},  Name{Ns::cgroup, "CLONE_NEWCGROUP"},
      Name{Ns::uts, "CLONE_NEWUTS"},   Name{Ns::ipc, "CLONE_NEWIPC"},
      Name{Ns::user, "CLONE_NEWUSER"}, Name{Ns::pid, "CLONE_NEWPID"},
      Name{Ns::net, "CLONE_NEWNET"}};
  std::string flags = "CLONE_PIDFD";
  for (const Name& name : kNames) {
    if (has(namespaces, name.kind)) flags.append("|").append(name.flag);
  }
  return flags;
}

void add(std::string& text, const std::string& call, const std::string& why) {
  text.append(call).append("\n    # ").append(why).append("\n");
}

void add_id_maps(std::string& text, const IdMaps& maps) {
  const auto one_line = [](const std::vector<IdMap>& map) {
    std::string line = format_map(map);
    line.pop_back();
    for (std::size_t at = 0; (at = line.find('\n', at)) != std::string::npos;)
      line.replace(at, 1, "\\n");
    return line;
  };
  if (maps.writer == IdMaps::Writer::newidmap) {
    add(text, "newuidmap <child> " + one_line(maps.uids),
        "the parent gives the ids of /etc/subuid");
    add(text, "newgidmap <child> " + one_line(maps.gids), "and those of /etc/subgid");
    return;
  }
  if (maps.setgroups == IdMaps::Setgroups::deny) {
    add(text, "write(</proc/CHILD/setgroups>, \"deny\")",
        "the parent: the kernel demands it before a gid_map without privilege");
  }
  add(text, "write(</proc/CHILD/uid_map>, \"" + one_line(maps.uids) + "\\n\")",
      "the parent: which user is root in the child's user namespace");
  add(text, "write(</proc/CHILD/gid_map>, \"" + one_line(maps.gids) + "\\n\")",
      "the parent: which group");
}

}  // namespace

std::string print_plan(const Plan& plan) {
  std::string text;
  add(text, "clone3({flags=" + clone_flags(plan.namespaces) + ", exit_signal=SIGCHLD})",
      "one child, in all its new namespaces at once");
  if (plan.id_maps) add_id_maps(text, *plan.id_maps);
  add(text, "close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC)",
      "the child: no descriptor that the caller left open reaches the command");
  add(text, "memfd_create(\"hop\", MFD_CLOEXEC|MFD_ALLOW_SEALING|MFD_EXEC)",
      "what the child execs first, sealed: /proc/PID/exe never leads to cooper");
  for (const Step& step : plan.steps) {
    for (const std::string& call : describe(step.call)) add(text, call, step.why);
  }
  if (plan.die_with_parent) {
    add(text, "prctl(PR_SET_PDEATHSIG, SIGKILL)",
        "the container ends with cooper, whatever ends that");
  }
  add(text, "read(<gate>)", "the child waits until the parent has recorded it");
  add(text, "execveat(<hop>, \"\", [\"hop\", …], AT_EMPTY_PATH)",
      "cooper is no longer this process's program");
  std::string argv;
  for (const std::string& word : plan.command.argv) {
    argv.append(argv.empty() ? "" : ", ").append("\"").append(printable(word)).append("\"");
  }
  if (plan.command.init == InitProcess::hop) {
    add(text, "clone(SIGCHLD)", "the hop stays as PID 1, reaps and hands signals on (--init)");
  }
  add(text, "execve(<found by PATH>, [" + argv + "])",
      plan.command.init == InitProcess::hop ? "the command" : "the command is PID 1");
  return text;
}

}  // namespace toolkit
