#include "toolkit/check/files.hpp"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "toolkit/check/observe.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

/// Calls a function where "." is the root of a process; what it returned.
std::string at_root_of(pid_t pid, const std::function<std::string()>& body) {
  const Fd root = open_file("/proc/" + std::to_string(pid) + "/root", O_PATH | O_DIRECTORY);
  return inside(pid, Ns::mount, [&] {
    check(::fchdir(root.get()), "fchdir", "/proc/PID/root");
    check(::setresuid(0, 0, 0), "setresuid");  // the capabilities are there, the number is not
    return body();
  });
}

}  // namespace

std::set<std::string> names_in(pid_t pid, const std::string& directory) {
  const std::string found = at_root_of(pid, [&directory] {
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator('.' + directory)) {
      struct stat status {};
      ::lstat(entry.path().c_str(), &status);
      const std::string number =
          std::to_string(::major(status.st_rdev)) + ':' + std::to_string(::minor(status.st_rdev));
      text +=
          entry.path().filename().string() + (S_ISCHR(status.st_mode) ? ' ' + number : "") + '\n';
    }
    return text;
  });
  const std::vector<std::string_view> names = lines(found);
  return {names.begin(), names.end()};
}

std::string open_error(pid_t pid, const std::string& path, int flags) {
  return at_root_of(pid, [&path, flags] {
    const Fd file(::open(('.' + path).c_str(), flags | O_CLOEXEC | O_NOCTTY, 0666));
    return std::string(file ? "" : ::strerrorname_np(errno));
  });
}

}  // namespace toolkit::checks
