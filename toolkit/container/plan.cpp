#include "toolkit/container/plan.hpp"

#include <array>

#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

struct FlagName {
  Ns kind;
  const char* flag;
};
constexpr std::array kFlagNames = {
    FlagName{Ns::mount, "CLONE_NEWNS"},  FlagName{Ns::cgroup, "CLONE_NEWCGROUP"},
    FlagName{Ns::uts, "CLONE_NEWUTS"},   FlagName{Ns::ipc, "CLONE_NEWIPC"},
    FlagName{Ns::user, "CLONE_NEWUSER"}, FlagName{Ns::pid, "CLONE_NEWPID"},
    FlagName{Ns::net, "CLONE_NEWNET"}};

std::string clone_flags(Ns namespaces, std::string flags = "CLONE_PIDFD") {
  for (const FlagName& name : kFlagNames) {
    if (has(namespaces, name.kind)) flags.append("|").append(name.flag);
  }
  return flags;
}

std::string clone_flag(Ns kind) { return clone_flags(kind, {}).substr(1); }

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

/// The child; and the process in between, where there are namespaces to join.
void add_clone(std::string& text, const Plan& plan) {
  const std::string rest = ", stack=NULL, stack_size=0}, 88)";
  if (plan.joins.empty()) {
    add(text,
        "clone3({flags=" + clone_flags(plan.namespaces) + ", pidfd=<pidfd>, exit_signal=SIGCHLD" +
            rest,
        "one child, in all its new namespaces at once");
    return;
  }
  add(text, "clone3({flags=CLONE_PIDFD, pidfd=<pidfd>, exit_signal=SIGCHLD" + rest,
      "a process in between: cooper itself joins nothing, and a pid namespace is joined by "
      "children");
  add(text, "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)",
      "from before it joins until the exec nobody there can look into it");
  for (const Join& join : plan.joins) {
    add(text, "openat(AT_FDCWD, \"" + printable(join.path) + "\", O_RDONLY|O_NONBLOCK|O_CLOEXEC)",
        "a namespace to join, opened before any of them is");
  }
  for (const Join& join : plan.joins) {
    add(text, "setns(<" + printable(join.path) + ">, " + clone_flag(join.kind) + ")",
        join.kind == Ns::user ? "first: the rights over the others are had in it" : "joined");
  }
  add(text,
      "clone3({flags=" + clone_flags(plan.namespaces, "CLONE_PIDFD|CLONE_PARENT") +
          ", pidfd=<pidfd>, exit_signal=0" + rest,
      "the child, which is cooper's own; the process in between ends");
}

void add_mapped_root(std::string& text, const std::string& root) {
  const std::string tree = '<' + printable(root) + '>';
  add(text, "openat(AT_FDCWD, \"/proc/CHILD/ns/user\", O_RDONLY|O_CLOEXEC)",
      "the parent: the maps by which the owners of the root are shown");
  add(text, "open_tree(AT_FDCWD, \"" + printable(root) + "\", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)",
      "the parent: the root");
  add(text,
      "mount_setattr(" + tree +
          ", \"\", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_IDMAP, attr_clr=0, "
          "propagation=0 /* MS_??? */, userns_fd=</proc/CHILD/ns/user>}, 32)",
      "the parent, which has the right to it: an id of the disk is the same number in the "
      "container");
  add(text, "sendmsg(<child>, " + tree + ")", "the parent: to be put in place there");
}

/// From the last step to the command: how the child stops being `cooper`.
void add_command(std::string& text, const Plan& plan) {
  const Command& command = plan.command;
  const bool is_first = has(plan.namespaces, Ns::pid);
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
        is_first ? "the hop stays as PID 1, reaps and hands signals on (--init)"
                 : "the hop stays, reaps and hands signals on (--init)");
    add(text, "setpgid(0, 0)", "the command leads a process group of its own");
    add(text, std::string("ioctl(0, TIOCSPGRP, [") + (is_first ? "2" : "<command>") + "])",
        "which is in the foreground, where there is a terminal");
  }
  add(text, "execve(\"" + printable(file) + "\", [" + argv + "], " + env + ")",
      stays || !is_first ? "the command" : "the command is PID 1");
}

}  // namespace

std::string print_plan(const Plan& plan) {
  std::string text;
  add_clone(text, plan);
  if (plan.id_maps) add_id_maps(text, *plan.id_maps);
  if (plan.mapped_root) add_mapped_root(text, *plan.mapped_root);
  if (plan.processes == Processes::shared) {
    add(text, "prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)",
        "the parent: a container that sees it must not look into it");
    add(text, "prctl(PR_SET_CHILD_SUBREAPER, 1)",
        "the parent: what the command leaves running comes to it, and ends with it");
  }
  if (plan.id_maps || plan.mapped_root) {
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
  add_command(text, plan);
  return text;
}

}  // namespace toolkit
