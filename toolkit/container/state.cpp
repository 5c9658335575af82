#include "toolkit/container/state.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

std::string environment_path(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && value[0] == '/' ? value : "";
}

/// /tmp is everybody's, and sticky bits do not keep links from being followed on every machine.
bool is_own(const struct stat& status) {
  return S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() && (status.st_mode & 022U) == 0;
}

std::string boot_id() { return std::string(trim(read_once("/proc/sys/kernel/random/boot_id"))); }

std::uint64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

StateDirectory::StateDirectory(std::string path) : path_(std::move(path)) {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == -1) {
    make();
    check(::lstat(path_.c_str(), &status), "lstat", path_);
  }
  if (!is_own(status)) {
    throw std::runtime_error(path_ + ": not a directory that only this user can write to");
  }
}

void StateDirectory::make() const {
  make_directories(path_, 0700);
  // The records last: whoever finds that directory relies on the other one.
  make_directories(base(), 0700);
  make_directories(records(), 0700);
}

std::string default_state_path() {
  if (::geteuid() == 0) return "/run/cooper";
  const std::string runtime = environment_path("XDG_RUNTIME_DIR");
  struct stat status {};
  if (!runtime.empty() && ::stat(runtime.c_str(), &status) == 0 && status.st_uid == ::geteuid()) {
    return runtime + "/cooper";
  }
  return "/tmp/cooper-" + std::to_string(::geteuid());
}

std::string default_store_path() {
  if (::geteuid() == 0) return "/var/lib/cooper";
  const std::string data = environment_path("XDG_DATA_HOME");
  if (!data.empty()) return data + "/cooper";
  const std::string home = environment_path("HOME");
  if (!home.empty() && ::access(home.c_str(), W_OK) == 0) return home + "/.local/share/cooper";
  return default_state_path() + "/store";
}

Record::Record(const StateDirectory& state, const std::string& id)
    : path_(state.records() + '/' + id) {
  // Nameless until it is locked: nobody can find it and take it for a killed one's.
  const auto open_nameless = [&] { return open_file(state.records(), O_TMPFILE | O_RDWR, 0600); };
  try {
    file_ = open_nameless();
  } catch (const SystemError& error) {
    if (error.number() != ENOENT) throw;
    state.make();
    file_ = open_nameless();
  }
  check(::flock(file_.get(), LOCK_EX), "flock", path_);
  check(::linkat(AT_FDCWD, proc_path(file_).c_str(), AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW),
        "linkat", path_);
}

Record::~Record() { ::unlink(path_.c_str()); }

namespace {

/// A path as it is found from anywhere.
std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  std::array<char, PATH_MAX> here{};
  if (::getcwd(here.data(), here.size()) == nullptr) throw_errno("getcwd");
  return std::string(here.data()) + '/' + path;
}

}  // namespace

void Record::set_process(pid_t pid, const std::string& pidfile) {
  std::string text =
      "pid " + std::to_string(pid) + "\nat " + std::to_string(now()) + "\nboot " + boot_id() + '\n';
  if (!pidfile.empty()) text += "pidfile " + absolute(pidfile) + '\n';
  write_all(file_, text, path_);
}

std::optional<RecordedProcess> parse_recorded_process(std::string_view content) {
  const std::vector<std::string_view> found = lines(content);
  if (found.size() < 3 || found.size() > 4 || !content.ends_with('\n') ||
      !found[0].starts_with("pid ") || !found[1].starts_with("at ") ||
      !found[2].starts_with("boot ")) {
    return {};
  }
  constexpr std::string_view kPidfile = "pidfile /";
  if (found.size() == 4 && !found[3].starts_with(kPidfile)) return {};
  const auto pid = parse_id(found[0].substr(4));
  const auto recorded_at = parse_number(found[1].substr(3));
  if (!pid || *pid == 0 || !recorded_at) return {};
  return RecordedProcess{.pid = static_cast<pid_t>(*pid),
                         .recorded_at = *recorded_at,
                         .boot_id = std::string(found[2].substr(5)),
                         .pidfile = found.size() == 4
                                        ? std::string(found[3].substr(kPidfile.size() - 1))
                                        : std::string()};
}

}  // namespace toolkit
