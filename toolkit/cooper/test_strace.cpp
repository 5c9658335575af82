#include "toolkit/cooper/test_strace.hpp"

#include <fcntl.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::test {
namespace {

/// All that can change a mount, an id, a right, a session: what a plan must tell of.
const std::set<std::string>& changes() {
  static const std::set<std::string> kNames = {
      "mount",     "mount_setattr", "open_tree",  "move_mount", "fsopen",      "fsconfig",
      "fsmount",   "mkdir",         "mkdirat",    "mknod",      "mknodat",     "symlink",
      "symlinkat", "link",          "linkat",     "rename",     "renameat2",   "chdir",
      "fchdir",    "chroot",        "pivot_root", "umount2",    "sethostname", "setsid",
      "setpgid",   "setgroups",     "setresgid",  "setresuid",  "setuid",      "setgid",
      "capset",    "prctl",         "seccomp",    "unshare",    "setns",       "keyctl",
      "chown",     "fchown",        "chmod",      "fchmod",     "execve",      "execveat",
      "clone3",    "clone",         "fork",       "vfork",      "close_range", "memfd_create"};
  return kNames;
}

/// What is told of only where it is about a descriptor that has a name.
const std::set<std::string>& about_descriptors() {
  static const std::set<std::string> kNames = {"openat", "read",       "write",   "ioctl", "dup2",
                                               "socket", "close",      "sendmsg", "poll",  "ppoll",
                                               "pipe2",  "socketpair", "fstatfs"};
  return kNames;
}

/// Calls whose first number is no descriptor, though it may look like one.
bool takes_ids(std::string_view name) { return name.starts_with("set") && name != "setns"; }

/// One line of strace.
struct Line {
  std::string name;
  std::string arguments;
  std::string result;
};

std::vector<Line> parse(std::string_view trace) {
  std::vector<Line> found;
  for (const std::string_view text : lines(trace)) {
    const std::size_t open = text.find('(');
    const std::size_t equals = text.rfind(" = ");
    if (open == text.npos || equals == text.npos || text.starts_with("---")) continue;
    const std::size_t close = text.rfind(')', equals);
    found.push_back({.name = std::string(text.substr(0, open)),
                     .arguments = std::string(text.substr(open + 1, close - open - 1)),
                     .result = std::string(text.substr(equals + 3))});
  }
  return found;
}

std::string replace(const std::string& text, const std::string& pattern, const std::string& with) {
  return std::regex_replace(text, std::regex(pattern), with);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// The numbers in the last brackets: "[5, 6], O_CLOEXEC" has two.
std::vector<std::string> numbers(const std::string& arguments) {
  const std::size_t begin = arguments.rfind('[') + 1;
  std::vector<std::string> found;
  for (const std::string_view field :
       split(std::string_view(arguments).substr(begin, arguments.find(']', begin) - begin), ',')) {
    found.emplace_back(trim(field));
  }
  return found;
}

/// Descriptors of one process, by what they are.
class Names {
 public:
  void set(const std::string& number, const std::string& name) {
    if (is_number(number)) names_[number] = '<' + name + '>';
  }
  void forget(const std::string& number) { names_.erase(number); }
  [[nodiscard]] bool knows_first(const std::string& arguments) const {
    return names_.contains(arguments.substr(0, arguments.find(',')));
  }
  /// Descriptors stand first, or in a link of /proc, or in what poll(2) is given.
  [[nodiscard]] std::string in(const std::string& arguments) const {
    const std::size_t end = std::min(arguments.find(','), arguments.size());
    const auto first = names_.find(arguments.substr(0, end));
    std::string text = first == names_.end() ? arguments : first->second + arguments.substr(end);
    // The third argument of move_mount(2) is one, too.
    for (const std::string_view around : {"/proc/self/fd/", "{fd=", "cmsg_data=[", "\"\", "}) {
      const std::size_t at = text.find(around);
      if (at == text.npos) continue;
      const std::size_t begin = at + around.size();
      const std::size_t size =
          std::min(text.find_first_not_of("0123456789", begin), text.size()) - begin;
      const auto known = names_.find(text.substr(begin, size));
      if (known != names_.end()) text.replace(begin, size, known->second);
    }
    return text;
  }

 private:
  std::map<std::string, std::string> names_;
};

/// The calls of one start, read process by process.
class Reader {
 public:
  void read_cooper(const std::vector<Line>& trace);
  void read_inside(const std::vector<Line>& trace);
  [[nodiscard]] std::vector<std::string> take() {
    end_drops();
    return std::move(calls_);
  }

 private:
  void add(const std::string& call) {
    end_drops();
    calls_.push_back(call);
  }
  void read_parent_of_child(const Line& line);
  void name(const Line& line);
  void read_step(const Line& line);
  void read_exec(const Line& line);
  void read_drop(const std::string& capability);
  void end_drops();

  Names names_;
  std::vector<std::string> calls_;
  CapSet dropped_;
  bool dropping_ = false;
};

void Reader::read_cooper(const std::vector<Line>& trace) {
  std::vector<std::vector<std::string>> pipes;
  Names of_child;
  bool cloned = false;
  for (const Line& line : trace) {
    if (cloned) read_parent_of_child(line);
    if (line.name == "pipe2") pipes.push_back(numbers(line.arguments));
    if (line.name == "socketpair") of_child.set(numbers(line.arguments).back(), "supervisor");
    if (line.name != "clone3") continue;
    cloned = true;
    add("clone3(" +
        replace(replace(line.arguments, "pidfd=0x[0-9a-f]+", "pidfd=<pidfd>"),
                " => \\{pidfd=\\[[0-9]+\\]\\}", "") +
        ')');
  }
  constexpr std::size_t kWithIdMaps = 3;
  if (pipes.size() >= 2) {
    of_child.set(pipes.front().front(), "gate");
    of_child.set(pipes.back().back(), "errors");
  }
  if (pipes.size() == kWithIdMaps) of_child.set(pipes[1].front(), "mapped");
  names_ = std::move(of_child);
}

/// What it does for its child stands in the plan; what it reads and records does not.
void Reader::read_parent_of_child(const Line& line) {
  static const std::regex kControl("AT_FDCWD, \"/proc/[0-9]+/(setgroups|uid_map|gid_map)\".*");
  std::smatch match;
  if (line.name == "openat" && std::regex_match(line.arguments, match, kControl)) {
    names_.set(line.result, "/proc/CHILD/" + match[1].str());
  } else if (line.name == "close") {
    names_.forget(line.arguments);
  } else if (line.name == "write" && names_.knows_first(line.arguments)) {
    add("write(" + names_.in(line.arguments) + ')');
  } else if (changes().contains(line.name) && line.name != "clone3") {
    add(line.name + '(' + names_.in(line.arguments) + ')');
  }
}

void Reader::read_inside(const std::vector<Line>& trace) {
  for (const Line& line : trace) {
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
void Reader::name(const Line& line) {
  const std::size_t quote = line.arguments.find('"');
  if (line.name == "open_tree" || line.name == "openat") {
    const std::string shown = names_.in(line.arguments);
    const std::size_t begin = shown.find('"') + 1;
    names_.set(line.result, shown.substr(begin, shown.find('"', begin) - begin));
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

void Reader::read_step(const Line& line) {
  const bool is_change = changes().contains(line.name);
  const bool is_named = !takes_ids(line.name) && names_.knows_first(line.arguments) &&
                        line.name != "close" && line.arguments.find("<hop>") == line.arguments.npos;
  const std::string arguments = takes_ids(line.name) ? line.arguments : names_.in(line.arguments);
  // Its own state, read: no step of a plan. What the hop is filled with is the hop.
  if (arguments.find("/proc/self/status") != arguments.npos) return;
  if (line.name == "write" && arguments.starts_with("<hop>")) return;
  if (line.name == "sendmsg") {
    const std::size_t begin = arguments.find("cmsg_data=[") + 11;
    add("sendmsg(<supervisor>, " + arguments.substr(begin, arguments.find(']', begin) - begin) +
        ')');
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

void Reader::read_exec(const Line& line) {
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
    if (i == 0) {
      reader.read_cooper(parse(traces[i]));
    } else {
      reader.read_inside(parse(traces[i]));
    }
  }
  return reader.take();
}

}  // namespace toolkit::test
