#include "toolkit/cooper/test_strace.hpp"

#include <fcntl.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

#include "toolkit/cooper/test_strace_line.hpp"
#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::test {
namespace {

/// All that can change a mount, an id, a right, a session: what a plan must tell of.
const std::set<std::string>& changes() {
  static const std::set<std::string> kNames = {
      "mount",       "mount_setattr", "open_tree",  "move_mount", "fsopen",      "fsconfig",
      "fsmount",     "mkdir",         "mkdirat",    "mknod",      "mknodat",     "symlink",
      "symlinkat",   "link",          "linkat",     "rename",     "renameat2",   "chdir",
      "fchdir",      "chroot",        "pivot_root", "umount2",    "sethostname", "setdomainname",
      "setsid",      "setpgid",       "setgroups",  "setresgid",  "setresuid",   "setuid",
      "setgid",      "capset",        "prctl",      "seccomp",    "unshare",     "setns",
      "keyctl",      "chown",         "fchown",     "chmod",      "fchmod",      "execve",
      "execveat",    "clone3",        "clone",      "fork",       "vfork",       "close_range",
      "memfd_create"};
  return kNames;
}

/// What is told of only where it is about a descriptor that has a name.
const std::set<std::string>& about_descriptors() {
  static const std::set<std::string> kNames = {"openat", "read",  "write",      "ioctl",   "dup2",
                                               "socket", "close", "sendmsg",    "recvmsg", "poll",
                                               "ppoll",  "pipe2", "socketpair", "fstatfs"};
  return kNames;
}

/// Calls whose first number is no descriptor, though it may look like one.
bool takes_ids(std::string_view name) { return name.starts_with("set") && name != "setns"; }

std::string replace(const std::string& text, const std::string& pattern, const std::string& with) {
  return std::regex_replace(text, std::regex(pattern), with);
}

bool has_call(const std::vector<TracedLine>& trace, const std::string& name) {
  return std::any_of(trace.begin(), trace.end(),
                     [&name](const TracedLine& line) { return line.name == name; });
}

/// The path that a call is given.
std::string path_in(const std::string& arguments) {
  const std::size_t begin = arguments.find('"') + 1;
  return arguments.substr(begin, arguments.find('"', begin) - begin);
}

/// The descriptor that a message carries.
std::string passed(const std::string& arguments) {
  const std::size_t begin = arguments.find("cmsg_data=[") + 11;
  return arguments.substr(begin, arguments.find(']', begin) - begin);
}

std::string clone_call(const TracedLine& line) {
  const std::string arguments = replace(line.arguments, "pidfd=0x[0-9a-f]+", "pidfd=<pidfd>");
  return "clone3(" + replace(arguments, " => \\{pidfd=\\[[0-9]+\\]\\}", "") + ')';
}

/// The calls of one start, read process by process.
class Reader {
 public:
  void read_cooper(const std::vector<TracedLine>& trace);
  /// Where namespaces are joined, the child's maker; its calls stand behind the first of cooper's.
  void read_between(const std::vector<TracedLine>& trace);
  void read_inside(const std::vector<TracedLine>& trace);
  [[nodiscard]] std::vector<std::string> take() {
    end_drops();
    return std::move(calls_);
  }

 private:
  void add(const std::string& call) {
    end_drops();
    calls_.push_back(call);
  }
  void read_parent_of_child(const TracedLine& line);
  void name(const TracedLine& line);
  void read_step(const TracedLine& line);
  void read_exec(const TracedLine& line);
  void read_drop(const std::string& capability);
  void end_drops();

  TracedNames names_;
  std::vector<std::string> calls_;
  std::string root_;  ///< what the parent hands over
  CapSet dropped_;
  bool dropping_ = false;
};

void Reader::read_cooper(const std::vector<TracedLine>& trace) {
  std::vector<std::vector<std::string>> pipes;
  TracedNames of_child;
  bool cloned = false;
  for (const TracedLine& line : trace) {
    if (cloned) read_parent_of_child(line);
    if (line.name == "pipe2") pipes.push_back(numbers_in(line.arguments));
    if (line.name == "socketpair") of_child.set(numbers_in(line.arguments).back(), "supervisor");
    if (line.name != "clone3") continue;
    cloned = true;
    calls_ = {clone_call(line)};
    if (pipes.size() == 1) pipes.clear();  // not the child: it only tells the maps of a namespace
  }
  constexpr std::size_t kWithIdMaps = 3;
  if (pipes.size() >= 2) {
    of_child.set(pipes.front().front(), "gate");
    of_child.set(pipes.back().back(), "errors");
  }
  if (pipes.size() == kWithIdMaps) of_child.set(pipes[1].front(), "mapped");
  names_ = std::move(of_child);
}

void Reader::read_between(const std::vector<TracedLine>& trace) {
  TracedNames opened;
  auto place = calls_.begin() + 1;
  for (const TracedLine& line : trace) {
    std::string call = line.name + '(' + opened.in(line.arguments) + ')';
    if (line.name == "clone3") call = clone_call(line);
    const bool is_open = line.name == "openat";
    if (is_open) opened.set(line.result, path_in(line.arguments));
    if (!is_open && line.name != "prctl" && line.name != "setns" && line.name != "clone3") continue;
    place = calls_.insert(place, call) + 1;
  }
}

/// What it does for its child stands in the plan; what it reads and records does not.
void Reader::read_parent_of_child(const TracedLine& line) {
  static const std::regex kControl(
      "AT_FDCWD, \"/proc/[0-9]+/(setgroups|uid_map|gid_map|ns/user)\".*");
  std::smatch match;
  if (line.name == "openat" && std::regex_match(line.arguments, match, kControl)) {
    names_.set(line.result, "/proc/CHILD/" + match[1].str());
    if (match[1] == "ns/user") {
      add("openat(" + replace(line.arguments, "/proc/[0-9]+/", "/proc/CHILD/") + ')');
    }
  } else if (line.name == "sendmsg") {
    add("sendmsg(<child>, " + passed(names_.in(line.arguments)) + ')');
  } else if (line.name == "close") {
    names_.forget(line.arguments);
  } else if (line.name == "write" && names_.knows_first(line.arguments)) {
    add("write(" + names_.in(line.arguments) + ')');
  } else if (changes().contains(line.name) && line.name != "clone3") {
    add(line.name + '(' + names_.in(line.arguments) + ')');
    if (line.name == "open_tree") root_ = path_in(line.arguments);
    if (line.name == "open_tree") names_.set(line.result, root_);
  }
}

void Reader::read_inside(const std::vector<TracedLine>& trace) {
  for (const TracedLine& line : trace) {
    if (line.name == "execve" || line.name == "execveat") {
      read_exec(line);
      if (line.name == "execve") return;  // from here on it is the command
    } else if (line.name == "prctl" && line.arguments.starts_with("PR_CAPBSET_DROP, ")) {
      read_drop(line.arguments.substr(17));
    } else {
      read_step(line);
    }
    name(line);
  }
}

/// What the call's result is from now on.
void Reader::name(const TracedLine& line) {
  const std::size_t quote = line.arguments.find('"');
  if (line.name == "open_tree" || line.name == "openat") {
    names_.set(line.result, path_in(names_.in(line.arguments)));
  } else if (line.name == "memfd_create") {
    names_.set(line.result, line.arguments.substr(quote + 1, 3));
  } else if (line.name == "socket") {
    names_.set(line.result, "socket");
  } else if (line.name == "ioctl" && line.arguments.find("TIOCGPTPEER") != line.arguments.npos) {
    names_.set(line.result, "terminal");
  } else if (line.name == "close") {
    names_.forget(line.arguments);
  }
}

void Reader::read_step(const TracedLine& line) {
  const bool is_change = changes().contains(line.name);
  const bool is_named = !takes_ids(line.name) && names_.knows_first(line.arguments) &&
                        line.name != "close" && line.arguments.find("<hop>") == line.arguments.npos;
  const std::string arguments = takes_ids(line.name) ? line.arguments : names_.in(line.arguments);
  // Its own state, read: no step of a plan. What the hop is filled with is the hop.
  if (arguments.find("/proc/self/status") != arguments.npos) return;
  if (line.name == "write" && arguments.starts_with("<hop>")) return;
  if (line.name == "sendmsg") {
    add("sendmsg(<supervisor>, " + passed(arguments) + ')');
    return;
  }
  if (line.name == "recvmsg") {
    add("recvmsg(<parent>, <" + root_ + ">)");
    names_.set(passed(line.arguments), root_);
    return;
  }
  const bool is_opening =
      line.name == "openat" || line.name == "socket" || line.name == "poll" || line.name == "ppoll";
  const bool is_input = (line.name == "close" || line.name == "ioctl") &&
                        (line.arguments == "0" || line.arguments.starts_with("0,"));
  if (!is_change && !is_named && !is_opening && !is_input) return;
  std::ostringstream peer;
  peer << "0x" << std::hex << (O_RDWR | O_NOCTTY | O_CLOEXEC);
  std::string text = line.name + '(' + arguments + ')';
  text = replace(text, "^(mkdir|mknod|symlink)at\\(AT_FDCWD, ", "$1(");
  text = replace(text, "^(fstatfs\\(<.*>, )\\{.*\\}", "$1...");
  text = replace(text, "(TIOCGPTPEER, )" + peer.str(), "$1O_RDWR|O_NOCTTY|O_CLOEXEC");
  add(replace(text, "(MFD_ALLOW_SEALING\\|)0x10", "$1MFD_EXEC"));
}

void Reader::read_exec(const TracedLine& line) {
  std::string text = names_.in(line.arguments);
  text = replace(text, "(\"hop\", \"[a-z]+\", \")[0-9]+\"", "$1<errors>\"");
  add(line.name + '(' + replace(text, "0x[0-9a-f]+ (/\\* [0-9]+ vars? \\*/)", "[$1]") + ')');
}

/// Many calls are one line of a plan: it names what stays. The last one asks for what no kernel has.
void Reader::read_drop(const std::string& capability) {
  dropping_ = true;
  for (unsigned number = 0; !capability_name(number).empty(); ++number) {
    if (capability == capability_name(number)) {
      dropped_ = CapSet(dropped_.bits() | std::uint64_t{1} << number);
    }
  }
}

void Reader::end_drops() {
  if (!std::exchange(dropping_, false)) return;
  std::string kept;
  for (unsigned number = 0; !capability_name(number).empty(); ++number) {
    if (dropped_.contains(number)) continue;
    kept.append(kept.empty() ? "" : "|").append(capability_name(number));
  }
  calls_.push_back("prctl(PR_CAPBSET_DROP, <each but " + kept + ">)");
}

}  // namespace

std::vector<std::string> planned_calls(std::string_view plan) {
  std::vector<std::string> calls;
  for (const std::string_view line : lines(plan)) {
    if (!line.starts_with("    # ")) calls.emplace_back(line);
  }
  return calls;
}

std::string traced_names() {
  std::string names;
  for (const std::set<std::string>* set : {&changes(), &about_descriptors()}) {
    for (const std::string& name : *set) names += (names.empty() ? "?" : ",?") + name;
  }
  return names;
}

std::vector<std::string> done_calls(const std::vector<std::string>& traces) {
  Reader reader;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const std::vector<TracedLine> trace = parse_trace(traces[i]);
    if (i == 0) {
      reader.read_cooper(trace);
    } else if (traces[i].find("CLONE_PARENT") != std::string::npos) {
      reader.read_between(trace);
    } else if (has_call(trace, "execveat") || has_call(trace, "execve")) {
      reader.read_inside(trace);
    }
  }
  return reader.take();
}

}  // namespace toolkit::test
