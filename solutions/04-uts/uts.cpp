// uts: runs a command with a host name and a domain name of its own.
//
//   uts [--hostname NAME] [--domainname NAME] [--] CMD [ARG…]
//
// What it guarantees:
//  - the command is in a UTS namespace that was made for it alone;
//  - a name that was asked for is set there, one that was not stays as it was;
//  - where the kernel refuses a name, the command does not start;
//  - nobody outside notices: neither the machine, nor this program itself.
// Its status is the command's, 128 + the signal that ended it, 126 and 127 as a shell gives them, or
// 125 where the command was never tried.

#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

using toolkit::Arguments;
using toolkit::check;
using toolkit::Process;

namespace {

struct Request {
  std::optional<std::string> hostname;
  std::optional<std::string> domainname;
  Arguments command;
};

[[noreturn]] void refuse() {
  throw std::invalid_argument("usage: uts [--hostname NAME] [--domainname NAME] [--] CMD [ARG…]");
}

Request read_request(const Arguments& arguments) {
  Request request;
  std::size_t next = 0;
  while (next < arguments.size() && arguments[next].starts_with("--")) {
    const std::string& option = arguments[next++];
    if (option == "--") break;
    const bool is_host = option == "--hostname";
    if (next == arguments.size() || (!is_host && option != "--domainname")) refuse();
    (is_host ? request.hostname : request.domainname) = arguments[next++];
  }
  request.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  if (request.command.empty()) refuse();
  return request;
}

void leave_shared_names() {
  // step 04.1: leave the UTS namespace that this process shares with the machine
  check(::unshare(CLONE_NEWUTS), "unshare", "CLONE_NEWUTS");
}

void set_hostname(const std::string& name) {
  // step 04.2: give the namespace its host name
  check(::sethostname(name.data(), name.size()), "sethostname", name);
}

void set_domainname(const std::string& name) {
  // step 04.3: give the namespace its domain name
  check(::setdomainname(name.data(), name.size()), "setdomainname", name);
}

/// Turns this process into the command; where it can't, says why and ends as a shell would.
[[noreturn]] void become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const int why = errno;
  std::fprintf(stderr, "uts: %s: %s\n", argv[0], std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

int run(const Arguments& arguments) {
  const Request request = read_request(arguments);
  Process child = Process::spawn({}, [&request] {  // what follows happens to the child alone
    leave_shared_names();
    if (request.hostname) set_hostname(*request.hostname);
    if (request.domainname) set_domainname(*request.domainname);
    become(request.command);
  });
  child.await_exec();  // throws here what was thrown there
  return child.wait().shell_code();
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("uts", argc, argv, run); }
