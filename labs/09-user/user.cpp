// user: runs a command as root of a user namespace, started by somebody who is not root.
//
//   user [--uids FIRST:COUNT --gids FIRST:COUNT] [--] CMD [ARG…]
//
// What it guarantees:
//  - the command is in a user namespace of its own; 0 in there is whoever started this program, user
//    and group;
//  - with ranges, the ids from 1 on are those COUNT from FIRST on, which newuidmap(1) and
//    newgidmap(1) must grant; where they refuse, the command does not start;
//  - with ranges the command is in no group but its own; without, no group can be changed any more;
//  - it has a mount, a UTS, an IPC and a network namespace, which belong to its user namespace.
// Its status is the command's, 128 + the signal that ended it, 126 and 127 as a shell gives them, or
// 125 where the command was never tried.

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

using toolkit::Arguments;
using toolkit::check;
using toolkit::Process;
using toolkit::write_file;

namespace {

/// Ids outside that are lent: COUNT of them, the first is FIRST.
struct Range {
  std::string first;
  std::string count;
};

struct Request {
  Range uids;
  Range gids;
  Arguments command;

  bool has_ranges() const { return !uids.first.empty(); }
};

/// Who started this program. In a new user namespace nobody knows it any more.
struct Caller {
  std::string uid = std::to_string(::geteuid());
  std::string gid = std::to_string(::getegid());
};

[[noreturn]] void refuse() {
  throw std::invalid_argument(
      "usage: user [--uids FIRST:COUNT --gids FIRST:COUNT] [--] CMD [ARG…]");
}

Range read_range(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string::npos) refuse();
  return {.first = text.substr(0, colon), .count = text.substr(colon + 1)};
}

Request read_request(const Arguments& arguments) {
  Request request;
  std::size_t next = 0;
  while (next < arguments.size() && arguments[next].starts_with("--")) {
    const std::string& option = arguments[next++];
    if (option == "--") break;
    const bool is_user = option == "--uids";
    if (next == arguments.size() || (!is_user && option != "--gids")) refuse();
    (is_user ? request.uids : request.gids) = read_range(arguments[next++]);
  }
  request.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  if (request.command.empty() || request.uids.first.empty() != request.gids.first.empty()) refuse();
  return request;
}

/// Turns this process into a program; where it can't, says why and ends as a shell would.
[[noreturn]] void become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const int why = errno;
  std::fprintf(stderr, "user: %s: %s\n", argv[0], std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

/// Runs a program to its end; its status as a shell gives it.
int run_to_its_end(const Arguments& words) {
  Process tool = Process::spawn({}, [&words] { become(words); });
  tool.await_exec();
  return tool.wait().shell_code();
}

void enter_user_namespace() {
  // TODO(09.1): leave the user namespace that this process shares with its caller
  toolkit::todo("09.1");
}

void map_user(const Caller& caller) {
  // TODO(09.2): in this process's own uid_map, make the caller's uid 0: one line, one id
  toolkit::todo("09.2");
}

void map_group(const Caller& caller) {
  // TODO(09.3): give up setgroups for good, then make the caller's gid 0
  toolkit::todo("09.3");
}

void map_ranges(const std::string& child, const Caller& caller, const Request& request) {
  // TODO(09.4): have newuidmap and newgidmap map 0 and the ranges for the child; they may refuse
  toolkit::todo("09.4");
}

void leave_groups() {
  // TODO(09.5): let go of every group that the caller is in besides
  toolkit::todo("09.5");
}

void take_namespaces() {
  // TODO(09.6): get a mount, a UTS, an IPC and a network namespace, owned by the new user namespace
  toolkit::todo("09.6");
}

int run(const Arguments& arguments) {
  const Request request = read_request(arguments);
  const Caller caller;
  toolkit::Pipe entered = toolkit::make_pipe();
  toolkit::Gate mapped;
  Process child = Process::spawn({}, [&] {
    enter_user_namespace();
    if (request.has_ranges()) {  // more than one's own id: only the parent, outside, can ask for it
      toolkit::write_all(entered.write, ".", "entered");
      entered.write.reset();
      mapped.wait();
      leave_groups();
    } else {
      map_user(caller);
      map_group(caller);
    }
    take_namespaces();
    become(request.command);
  });
  entered.write.reset();
  const bool is_waiting = toolkit::read_all(entered.read, "entered") == ".";
  if (is_waiting) {
    map_ranges(std::to_string(child.pid()), caller, request);
    mapped.open();
  }
  child.await_exec();  // throws here what was thrown there
  return child.wait().shell_code();
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("user", argc, argv, run); }
