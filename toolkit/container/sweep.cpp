#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>

#include "toolkit/container/state.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/proc.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

/// When a process started, in nanoseconds of CLOCK_BOOTTIME.
std::uint64_t start_time(pid_t pid) {
  return process_stat(pid).start_time *
         (1'000'000'000U / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
}

bool is_first_of_namespace(pid_t pid) {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  for (const std::string_view line : lines(status)) {
    if (!line.starts_with("NSpid:")) continue;
    const std::vector<std::string_view> ids = words(line.substr(6));
    return ids.size() >= 2 && ids.back() == "1";
  }
  return false;
}

bool is_recorded(const RecordedProcess& recorded) {
  if (trim(read_file("/proc/sys/kernel/random/boot_id")) != recorded.boot_id) return false;
  return start_time(recorded.pid) <= recorded.recorded_at && is_first_of_namespace(recorded.pid);
}

/// Has the process ended, or does it within a time as poll(2) takes it? A zombie has.
bool has_ended(FdRef pidfd, int timeout) {
  pollfd ended{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  int ready = 0;
  while ((ready = ::poll(&ended, 1, timeout)) == -1 && errno == EINTR) {
  }
  return ready == 1;
}

/// The pidfd is opened first and the process looked at afterwards: what is ended is what was looked at.
bool end_process(const RecordedProcess& recorded) {
  const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, recorded.pid, 0)));
  if (!pidfd || has_ended(pidfd, 0)) return false;
  try {
    if (!is_recorded(recorded)) return false;
  } catch (const SystemError&) {
    return false;  // it ended while we looked
  }
  if (::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0) == -1) return false;
  return has_ended(pidfd, -1);
}

/// The file of --pidfile, and what it is called until it is whole; whatever else got the name stays.
void remove_pidfile(const RecordedProcess& recorded) {
  if (recorded.pidfile.empty()) return;
  for (const char* suffix : {"", ".new"}) {
    const std::string path = recorded.pidfile + suffix;
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file || trim(read_all(file, path)) != std::to_string(recorded.pid)) continue;
    ::unlink(path.c_str());
  }
}

std::optional<Leftover> remove_if_left(const std::string& path, const std::string& id) {
  const Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return {};
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == -1) return {};  // its cooper lives
  struct stat status {};
  if (::fstat(file.get(), &status) == -1 || status.st_nlink == 0) return {};  // it ended just now
  Leftover leftover{.id = id};
  const auto recorded = parse_recorded_process(read_all(file, path));
  if (recorded && end_process(*recorded)) leftover.ended = recorded->pid;
  if (recorded) remove_pidfile(*recorded);
  ::unlink(path.c_str());
  return leftover;
}

}  // namespace

std::vector<Leftover> sweep(const StateDirectory& state) {
  std::vector<Leftover> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(state.records().c_str()),
                                                      ::closedir);
  if (!directory) return found;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_name[0] == '.') continue;
    auto leftover = remove_if_left(state.records() + '/' + entry->d_name, entry->d_name);
    if (leftover) found.push_back(std::move(*leftover));
  }
  return found;
}

}  // namespace toolkit
