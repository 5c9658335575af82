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
    for (char& c : line) {
      if (c == '\n') c = ' ';
    }
    line.pop_back();
    return line;
  };
  const auto written = [](const std::string& file, const std::string& content) {
    std::string escaped;
    for (const char c : content) escaped += c == '\n' ? "\\n" : std::string(1, c);
    return "write(</proc/CHILD/" + file + ">, \"" + escaped + "\", " +
           std::to_string(content.size()) + ")";
  };
  if (maps.writer == IdMaps::Writer::newidmap) {
    add(text, "newuidmap <child> " + one_line(maps.uids),
        "the parent gives the ids of /etc/subuid");
    add(text, "newgidmap <child> " + one_line(maps.gids), "and those of /etc/subgid");
    return;
  }
  if (maps.setgroups == IdMaps::Setgroups::deny) {
    add(text, written("setgroups", "deny"),
        "the parent: the kernel demands it before a gid_map without privilege");
  }
  add(text, written("uid_map", format_map(maps.uids)),
      "the parent: which user is root in the child's user namespace");
  add(text, written("gid_map", format_map(maps.gids)), "the parent: which group");
}

/// From the last step to the command: how the child stops being `cooper`.
void add_command(std::string& text, const Command& command) {
  const bool stays = command.init == InitProcess::hop;
  const std::string& name = command.argv.front();
  const std::string file = name.find('/') == std::string::npos ? "<found by PATH>" : name;
  std::string argv;
  for (const std::string& word : command.argv) {
    argv.append(argv.empty() ? "" : ", ").append("\"").append(printable(word)).append("\"");
  }
  const std::string env = "[/* " + std::to_string(command.env.size()) +
                          (command.env.size() == 1 ? " var */]" : " vars */]");
  add(text,
      "execveat(<hop>, \"\", [\"hop\", \"" + std::string(stays ? "init" : "exec") +
          "\", \"<errors>\", \"" + printable(file) + "\", " + argv + "], " + env +
          ", AT_EMPTY_PATH)",
      "cooper is no longer this process's program");
  if (stays) {
    add(text, "clone(child_stack=NULL, flags=SIGCHLD)",
        "the hop stays as PID 1, reaps and hands signals on (--init)");
    add(text, "setpgid(0, 0)", "the command leads a process group of its own");
    add(text, "ioctl(0, TIOCSPGRP, [2])", "which is in the foreground, where there is a terminal");
  }
  add(text, "execve(\"" + printable(file) + "\", [" + argv + "], " + env + ")",
      stays ? "the command" : "the command is PID 1");
}

}  // namespace

std::string print_plan(const Plan& plan) {
  std::string text;
  add(text,
      "clone3({flags=" + clone_flags(plan.namespaces) +
          ", pidfd=<pidfd>, exit_signal=SIGCHLD, stack=NULL, stack_size=0}, 88)",
      "one child, in all its new namespaces at once");
  if (plan.id_maps) {
    add_id_maps(text, *plan.id_maps);
    add(text, "read(<mapped>, \".\", 1)",
        "the child: without ids it is nobody in its own namespace");
  }
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
  add(text, "read(<gate>, \".\", 1)", "the child waits until the parent has recorded it");
  if (plan.die_with_parent) {
    add(text, "poll([{fd=<gate>, events=POLLIN}], 1, 0)",
        "a parent that has ended since it opened the gate sent no signal");
  }
  add_command(text, plan.command);
  return text;
}

}  // namespace toolkit
