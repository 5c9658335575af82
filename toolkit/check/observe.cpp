#include "toolkit/check/observe.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "toolkit/check/syscalls.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/proc.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

std::string proc(pid_t pid, std::string_view name) {
  return "/proc/" + std::to_string(pid) + '/' + std::string(name);
}

FileId id_at(const std::string& path) {
  struct stat status {};
  check(::stat(path.c_str(), &status), "stat", path);
  return {status.st_dev, status.st_ino};
}

/// The strings of a file that ends each with a zero byte.
std::vector<std::string> strings(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty()) {
    const std::size_t end = text.find('\0');
    list.emplace_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return list;
}

std::string link_at(const std::string& path) {
  std::array<char, 4096> target{};
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  return {target.data(), static_cast<std::size_t>(check(length, "readlink", path))};
}

int mount_of_descriptor(pid_t pid, const std::string& number) {
  const std::string info = read_file(proc(pid, "fdinfo/" + number));
  for (const std::string_view line : lines(info)) {
    if (!line.starts_with("mnt_id:")) continue;
    return static_cast<int>(parse_number(trim(line.substr(7))).value_or(0));
  }
  return -1;
}

}  // namespace

std::string to_text(FileId id) {
  return "device " + std::to_string(major(id.device)) + ':' + std::to_string(minor(id.device)) +
         ", inode " + std::to_string(id.inode);
}

std::string status_value(pid_t pid, std::string_view name) {
  const std::string status = read_file(proc(pid, "status"));
  for (const std::string_view line : lines(status)) {
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
      return std::string(trim(line.substr(name.size() + 1)));
    }
  }
  throw SystemError(ESRCH, "read", proc(pid, "status"));
}

std::vector<std::string> command_line(pid_t pid) {
  return strings(read_file(proc(pid, "cmdline")));
}
std::vector<std::string> environment_of(pid_t pid) {
  return strings(read_file(proc(pid, "environ")));
}
FileId root_of(pid_t pid) { return id_at(proc(pid, "root")); }
FileId cwd_of(pid_t pid) { return id_at(proc(pid, "cwd")); }
FileId exe_of(pid_t pid) { return id_at(proc(pid, "exe")); }
FileId file_at(pid_t pid, const std::string& path) { return id_at(proc(pid, "root" + path)); }
pid_t parent_of(pid_t pid) { return process_stat(pid).parent; }

Activity activity_of(pid_t pid) {
  const ProcessStat stat = process_stat(pid);
  return {.name = stat.name,
          .state = stat.state,
          .seconds = static_cast<double>(stat.user_time + stat.system_time) /
                     static_cast<double>(::sysconf(_SC_CLK_TCK))};
}

std::vector<Descriptor> descriptors(pid_t pid) {
  const std::string path = proc(pid, "fd");
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) throw_errno("opendir", path);
  std::vector<Descriptor> found;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string number = entry->d_name;
    if (!parse_number(number)) continue;
    const std::string file = path + '/' + number;
    found.push_back({.number = std::atoi(number.c_str()),
                     .target = link_at(file),
                     .mount = mount_of_descriptor(pid, number),
                     .id = id_at(file)});
  }
  return found;
}

std::vector<MountInfo> mounts_of(pid_t pid) {
  return parse_mounts(read_file(proc(pid, "mountinfo")));
}

std::string mount_lines(pid_t pid, std::string_view part) {
  const std::string all = read_file(proc(pid, "mountinfo"));
  std::string found;
  for (const std::string_view line : lines(all)) {
    if (line.find(part) != line.npos) found.append(line).push_back('\n');
  }
  return found;
}

std::string inside(pid_t pid, Ns kinds, const std::function<std::string()>& body) {
  // All are opened before any is entered: afterwards this /proc may not be there.
  std::vector<std::pair<Ns, Fd>> namespaces;
  if (namespace_id(pid, Ns::user) != namespace_id(::getpid(), Ns::user)) kinds |= Ns::user;
  for (const Ns kind :
       {Ns::user, Ns::pid, Ns::uts, Ns::ipc, Ns::net, Ns::cgroup, Ns::time, Ns::mount}) {
    if (has(kinds, kind)) namespaces.emplace_back(kind, open_namespace(pid, kind));
  }
  Pipe answer = make_pipe();
  Process child = Process::spawn({}, [&] {
    for (const auto& [kind, fd] : namespaces) enter(fd, kind);
    write_all(answer.write, body(), "answer");
  });
  answer.write.reset();
  std::string text = read_all(answer.read, "answer");
  child.await_exec();
  return text;
}

std::string hostname_of(pid_t pid) {
  return inside(pid, Ns::uts, [] {
    utsname names{};
    check(::uname(&names), "uname");
    return std::string(names.nodename);
  });
}

std::string domainname_of(pid_t pid) {
  return inside(pid, Ns::uts, [] {
    utsname names{};
    check(::uname(&names), "uname");
    return std::string(names.domainname);
  });
}

std::string call_of(pid_t pid) {
  const std::string text = read_file(proc(pid, "syscall"));
  const std::string_view first = text.empty() ? "" : split(trim(text), ' ').front();
  const std::optional<std::uint64_t> number = parse_number(first);
  return number ? std::string(syscall_name(static_cast<long>(*number))) : std::string();
}

}  // namespace toolkit::checks
