#include "toolkit/check/ipc.hpp"

#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>

#include "toolkit/check/observe.hpp"
#include "toolkit/check/random.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

std::string at(pid_t pid, const std::function<std::string()>& body) {
  return inside(pid, Ns::ipc, [&body] {
    check(::setresgid(0, 0, 0), "setresgid");  // the capabilities are there, the numbers are not
    check(::setresuid(0, 0, 0), "setresuid");
    return body();
  });
}

}  // namespace

IpcObjects random_ipc_objects() {
  constexpr int kMost = 0x7fffffff;
  return {.key = random_number(1, kMost), .queue = '/' + random_name()};
}

std::string make(const IpcObjects& objects) {
  constexpr int kNew = IPC_CREAT | IPC_EXCL | 0600;
  constexpr std::size_t kBytes = 4096;
  check(::shmget(objects.key, kBytes, kNew), "shmget");
  check(::semget(objects.key, 1, kNew), "semget");
  check(::msgget(objects.key, kNew), "msgget");
  constexpr mode_t kMode = 0600;
  mq_attr attributes{};
  attributes.mq_maxmsg = 1;
  attributes.mq_msgsize = 1;
  const char* name = objects.queue.c_str();
  const mqd_t queue = ::mq_open(name, O_CREAT | O_EXCL | O_RDWR, kMode, &attributes);
  ::mq_close(check(queue, "mq_open", objects.queue));
  return present(objects);
}

std::string present(const IpcObjects& objects) {
  std::string found;
  const auto add = [&found](bool is_there, const char* what) {
    if (is_there) found += (found.empty() ? "" : ", ") + std::string(what);
  };
  add(::shmget(objects.key, 0, 0) != -1, "shared memory");
  add(::semget(objects.key, 0, 0) != -1, "semaphores");
  add(::msgget(objects.key, 0) != -1, "queue");
  const mqd_t queue = ::mq_open(objects.queue.c_str(), O_RDONLY);
  add(queue != -1, "POSIX queue");
  if (queue != -1) ::mq_close(queue);
  return found;
}

std::string make_at(pid_t pid, const IpcObjects& objects) {
  return at(pid, [&objects] { return make(objects); });
}

std::string present_at(pid_t pid, const IpcObjects& objects) {
  return at(pid, [&objects] { return present(objects); });
}

std::uint64_t size_at(pid_t pid, const std::string& path) {
  const std::string bytes = inside(pid, Ns::mount, [&path] {
    struct statvfs status {};
    check(::statvfs(path.c_str(), &status), "statvfs", path);
    return std::to_string(static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize);
  });
  return parse_number(bytes).value_or(0);
}

std::string mode_at(pid_t pid, const std::string& path) {
  return inside(pid, Ns::mount, [&path] {
    struct stat status {};
    check(::stat(path.c_str(), &status), "stat", path);
    constexpr mode_t kBits = 07777;
    char octal[16];  // NOLINT: snprintf fills it
    static_cast<void>(std::snprintf(octal, sizeof octal, "%o", status.st_mode & kBits));
    return std::string(octal);
  });
}

std::string setting(const std::string& name) {
  return std::string(trim(read_file("/proc/sys/" + name)));
}

std::string settings_error() {
  check(::unshare(CLONE_NEWIPC), "unshare", "CLONE_NEWIPC");
  const Fd file(::open("/proc/sys/kernel/shmmni", O_WRONLY | O_CLOEXEC));
  return file ? "" : ::strerrorname_np(errno);
}

}  // namespace toolkit::checks
