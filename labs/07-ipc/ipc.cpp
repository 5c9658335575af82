// ipc: runs a command whose shared memory, semaphores and queues are its own.
//
//   ipc [--shm-size BYTES] [--sysctl NAME=VALUE]… [--] CMD [ARG…]
//
// What it guarantees:
//  - the command is in an IPC namespace that was made for it alone: System V objects and POSIX
//    message queues in there are not the machine's, and the machine's are not in there;
//  - /dev/mqueue shows the queues of that namespace;
//  - /dev/shm, where POSIX shared memory and semaphores are files, is a new and empty tmpfs of at
//    most BYTES (64 MiB when none are asked for);
//  - the settings asked for hold in that namespace alone; where the kernel refuses one, the command
//    does not start;
//  - nobody outside notices, and nothing of it is left when the command has ended.
// Its status is the command's, 128 + the signal that ended it, 126 and 127 as a shell gives them,
// or 125 where the command was never tried.

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/lab/program.hpp"
#include "toolkit/lab/todo.hpp"

using toolkit::Arguments;
using toolkit::check;
using toolkit::Process;

namespace {

/// A setting of the kernel: "kernel.shmmni", and what it is to be.
using Setting = std::pair<std::string, std::string>;

struct Request {
  std::string shm_size = "67108864";
  std::vector<Setting> settings;
  Arguments command;
};

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument(why +
                              ": ipc [--shm-size BYTES] [--sysctl NAME=VALUE]… [--] CMD [ARG…]");
}

/// Does a setting belong to an IPC namespace? Any other would be the whole machine's.
bool is_of_ipc(std::string_view name) {
  for (const std::string_view one : {"kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."}) {
    if (name.starts_with(one) && name.find('/') == name.npos) return true;
  }
  return false;
}

/// A number of bytes. To a tmpfs 0 would be "without a limit", and so would one of more digits.
std::string read_size(const std::string& text) {
  constexpr std::size_t kDigits = 18;
  const bool is_number = text.find_first_not_of("0123456789") == text.npos;
  const bool is_nothing = text.find_first_not_of('0') == text.npos;
  if (!is_number || is_nothing || text.size() > kDigits) refuse("not a size: " + text);
  return text;
}

Setting read_setting(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos || !is_of_ipc(text.substr(0, equals))) refuse("not a setting of IPC");
  if (equals + 1 == text.size()) refuse("no value for " + text.substr(0, equals));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

Request read_request(const Arguments& arguments) {
  Request request;
  std::size_t next = 0;
  while (next < arguments.size() && arguments[next].starts_with("--")) {
    const std::string& option = arguments[next++];
    if (option == "--") break;
    if (next == arguments.size()) refuse(option + " of what");
    const std::string& value = arguments[next++];
    if (option == "--shm-size") {
      request.shm_size = read_size(value);
    } else if (option == "--sysctl") {
      request.settings.push_back(read_setting(value));
    } else {
      refuse("no such option: " + option);
    }
  }
  request.command.assign(arguments.begin() + static_cast<std::ptrdiff_t>(next), arguments.end());
  if (request.command.empty()) refuse("no command");
  return request;
}

/// mount(2), as it is but for the error: "mount '/dev/shm': Operation not permitted".
void mount(const char* source, const std::string& target, const char* type, unsigned long flags,
           const std::string& data = {}) {
  check(::mount(source, target.c_str(), type, flags, data.c_str()), "mount", target);
}

constexpr unsigned long kPlain = MS_NOSUID | MS_NODEV | MS_NOEXEC;

void leave_shared_objects() {
  // TODO(07.1): leave the IPC namespace that this process shares with the machine
  toolkit::todo("07.1");
}

void leave_shared_mounts() {
  // TODO(07.2): leave the machine's mount namespace, too, and cut all mounts of the copy off
  toolkit::todo("07.2");
}

void mount_queues() {
  // TODO(07.3): mount the queues of this IPC namespace on /dev/mqueue: nosuid, nodev, noexec
  toolkit::todo("07.3");
}

void mount_shared_memory(const std::string& size) {
  // TODO(07.4): a tmpfs of this size on /dev/shm: for everybody (1777, its default), same flags
  toolkit::todo("07.4");
}

/// "/proc/sys/fs/mqueue/msg_max" for fs.mqueue.msg_max.
std::string file_of(std::string name) {
  for (char& letter : name) letter = letter == '.' ? '/' : letter;
  return "/proc/sys/" + name;
}

void change(const Setting& setting) {
  const std::string path = file_of(setting.first);
  // TODO(07.5): open this file, write the value with one write(2), look at the result, close it
  toolkit::todo("07.5");
}

/// Turns this process into the command; where it can't, says why and ends as a shell would.
[[noreturn]] void become(Arguments words) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const int why = errno;
  std::fprintf(stderr, "ipc: %s: %s\n", argv[0], std::strerror(why));
  ::_exit(why == ENOENT ? 127 : 126);
}

int run(const Arguments& arguments) {
  const Request request = read_request(arguments);
  Process child = Process::spawn({}, [&request] {  // what follows happens to the child alone
    leave_shared_objects();
    leave_shared_mounts();
    mount_queues();
    mount_shared_memory(request.shm_size);
    for (const Setting& setting : request.settings) change(setting);
    become(request.command);
  });
  child.await_exec();  // throws here what was thrown there
  return child.wait().shell_code();
}

}  // namespace

int main(int argc, char** argv) { return toolkit::run_program("ipc", argc, argv, run); }
