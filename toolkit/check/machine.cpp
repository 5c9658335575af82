#include "toolkit/check/machine.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "toolkit/check/content.hpp"
#include "toolkit/check/context.hpp"
#include "toolkit/check/ids.hpp"
#include "toolkit/check/lacking.hpp"
#include "toolkit/check/machine_parts.hpp"
#include "toolkit/check/random.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

/// The cgroups that a machine gets. Its root is, outside, whoever is 0 in its id maps.
std::optional<Delegation> delegate(Groups groups) {
  if (groups == Groups::shared) return {};
  const IdMaps ids = machine_ids();
  return Delegation::make(ids.uids.front().outside, ids.gids.front().outside);
}

constexpr Ns kKindsOfMachine =
    Ns::user | Ns::mount | Ns::pid | Ns::uts | Ns::ipc | Ns::net | Ns::cgroup;

Kept keep(Powers powers, const std::string& second_name, const std::vector<std::string>& decoys,
          std::optional<Delegation>& delegation) {
  if (powers == Powers::devices && ::geteuid() != 0) {
    skip("a normal user can make no device nodes", "as root it is checked: sudo ./lab check");
  }
  const Settings& settings = context().settings;
  const Fd subject = settings.subject.empty() ? Fd() : open_file(settings.subject, O_RDONLY);
  const Fd probe = open_file(settings.probe, O_RDONLY);
  Ground ground{
      .programs = {{"probe", probe}},
      .second_name = second_name,
      .hidden = settings.hidden,
      .kernel = powers == Powers::contained ? Ground::Kernel::own : Ground::Kernel::masked,
      .decoys = decoys};
  if (subject) ground.programs.emplace_back(settings.name, subject);
  std::vector<Fd> beside;  // as long as the ground is laid
  for (const auto& [name, program] : settings.beside) {
    ground.programs.emplace_back(name, beside.emplace_back(open_file(program, O_RDONLY)));
  }
  try {
    return start_keeper(ground, "host-" + random_name(), [&delegation](pid_t keeper) {
      if (delegation) delegation->enter(keeper);
    });
  } catch (const SystemError& error) {
    skip_what_lacks(kKindsOfMachine, error.number());
    throw;
  }
}

/// Without namespaces there is no machine, and no program is to blame.
Kept or_skip(const std::function<Kept()>& make) {
  try {
    return make();
  } catch (const SystemError& error) {
    const bool refused = error.number() == ENOSPC || error.number() == EPERM;
    if (error.operation() != "clone3" || !refused) throw;
    skip("no machine of namespaces can be made here: " + std::string(error.what()),
         "as root: raise what is small in `sysctl -a --pattern '^user.max_'`; ./lab doctor says "
         "more");
  }
}

/// The path of the last directory of a path: "/a/b" of "/a/b/c".
std::string parent_of_path(const std::string& path) { return path.substr(0, path.rfind('/')); }

void write_new(const std::string& path, std::string_view content, mode_t mode) {
  const Fd file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, mode);
  write_all(file, content, path);
}

std::vector<std::string> names_in(FdRef directory) {
  // A copy of its own: fdopendir takes what it is given, and the offset would be shared.
  const int copy = ::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(check(copy, "open", ".")),
                                                   ::closedir);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Is a process in this pid namespace, or in one below it? See NS_GET_PARENT in ioctl_ns(2).
bool is_below(const std::string& process, ino_t wanted, ino_t own) {
  const std::string path = process + "/ns/pid";
  struct stat status {};
  if (::stat(path.c_str(), &status) == -1 || status.st_ino == own) return false;
  if (status.st_ino == wanted) return true;
  Fd ns(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  while (ns) {
    ns = Fd(::ioctl(ns.get(), NS_GET_PARENT));
    if (ns && ::fstat(ns.get(), &status) == 0 && status.st_ino == wanted) return true;
  }
  return false;
}

/// Root of a user namespace is refused what the host's root may.
std::optional<DeviceFence> make_fence() {
  try {
    return DeviceFence::make();
  } catch (const SystemError& error) {
    if (error.number() != EPERM) throw;
    skip("root of a user namespace can make no device nodes", "as the host's root it is checked");
  }
}

}  // namespace

const std::string& probe_content() {
  static const std::string kContent = read_file(context().settings.probe);
  return kContent;
}

Machine::Machine(const MachineOptions& options) {
  const std::vector<std::string> decoys = {random_name(), random_name()};
  // A program that knows where the probe lies could do its work for that one alone.
  const std::string second_name = '.' + random_name() + '/' + random_name();
  std::optional<Delegation> delegation = delegate(options.groups);
  Kept kept = or_skip([&] { return keep(options.powers, second_name, decoys, delegation); });
  if (delegation) delegation->settle(kept.process.pid());
  parts_ = std::make_unique<Parts>(Parts{.delegation = std::move(delegation),
                                         .kept = std::move(kept),
                                         .powers = options.powers,
                                         .probe = std::string(kWork) + '/' + second_name,
                                         .word = random_name(10)});
  if (options.powers == Powers::devices) {
    std::optional<DeviceFence> fence = make_fence();
    if (fence) {
      parts_->fence.emplace(std::move(*fence));
    } else {
      skip("no cgroup v2 hierarchy to fence devices with", "mount one at /sys/fs/cgroup/unified");
    }
  }
  context().usual_names.emplace(parts_->probe, std::string(kWork) + "/probe");
  parts_->before = parts_->snapshot(*this);
}

Machine::~Machine() {
  // Nobody but the program could have ended it: by reboot(2), say.
  if (parts_->kept.process.wait_for(std::chrono::milliseconds(0))) context().dead = true;
}

const std::string& Machine::probe() const noexcept { return parts_->probe; }
const std::string& Machine::word() const noexcept { return parts_->word; }
const std::vector<OwnGroup>& Machine::groups() const noexcept {
  static const std::vector<OwnGroup> kNone;
  return parts_->delegation ? parts_->delegation->groups() : kNone;
}
pid_t Machine::keeper() const noexcept { return parts_->kept.process.pid(); }

std::string Machine::work(const std::string& name) const { return std::string(kWork) + '/' + name; }

ino_t Machine::namespace_id(Ns kind) const {
  struct stat status {};
  for (const auto& [held, fd] : parts_->kept.namespaces) {
    if (held != kind) continue;
    check(::fstat(fd.get(), &status), "fstat", proc_name(kind));
    return status.st_ino;
  }
  return toolkit::namespace_id(::getpid(), kind);  // one that the machine shares with the checker
}

std::string Machine::inside(Ns kinds, const std::function<std::string()>& body) const {
  Pipe answer = make_pipe();
  Process child = Process::spawn({}, [&] {
    for (const auto& [kind, fd] : parts_->kept.namespaces) {
      if (kind == Ns::user || has(kinds, kind)) enter(fd, kind);
    }
    if (parts_->powers == Powers::contained) {
      check(::setresgid(0, 0, 0), "setresgid");
      check(::setresuid(0, 0, 0), "setresuid");
    }
    ::umask(022);
    write_all(answer.write, body(), "answer");
  });
  answer.write.reset();
  std::string text = read_all(answer.read, "answer");
  child.await_exec();
  return text;
}

std::string Machine::hostname() const { return parts_->snapshot(*this).hostname; }
std::string Machine::domainname() const { return parts_->snapshot(*this).domainname; }

Rootfs Machine::make_rootfs() {
  Rootfs rootfs{.path = work('r' + random_name(5)),
                .canary = "/etc/" + random_name(),
                .content = random_name(12),
                .probe = "/etc/" + random_name()};
  context().usual_names.emplace(rootfs.probe, "/probe");
  const std::string& probe = probe_content();  // read out here: inside there is no such path
  static_cast<void>(inside(Ns::mount, [&] {
    for (const char* name : {"", "/dev", "/proc", "/sys", "/tmp", "/etc"}) {
      make_directories(rootfs.path + name);
    }
    write_new(rootfs.path + rootfs.canary, rootfs.content, 0644);
    write_new(rootfs.path + "/probe", probe, 0755);
    const std::string second = rootfs.path + rootfs.probe;
    check(::link((rootfs.path + "/probe").c_str(), second.c_str()), "link", second);
    return std::string();
  }));
  rootfs.id = id_of(rootfs.path);
  return rootfs;
}

std::string Machine::make_file(const std::string& path, std::string_view content, mode_t mode) {
  static_cast<void>(inside(Ns::mount, [&] {
    make_directories(parent_of_path(path));
    write_new(path, content, mode);
    return std::string();
  }));
  return path;
}

std::optional<std::string> Machine::read(const std::string& path) const {
  return read_in_root(parts_->kept.root, path);
}

bool Machine::exists(const std::string& path) const {
  try {
    open_in_root(parts_->kept.root, path, O_PATH | O_NOFOLLOW).reset();
    return true;
  } catch (const SystemError& error) {
    if (error.number() == ENOENT || error.number() == ENOTDIR) return false;
    throw;
  }
}

std::vector<std::string> Machine::list(const std::string& path) const {
  return names_in(open_in_root(parts_->kept.root, path, O_RDONLY | O_DIRECTORY));
}

FileId Machine::id_of(const std::string& path) const {
  const Fd file = open_in_root(parts_->kept.root, path, O_PATH);
  struct stat status {};
  check(::fstat(file.get(), &status), "fstat", path);
  return {status.st_dev, status.st_ino};
}

std::vector<pid_t> Machine::processes() const {
  const ino_t wanted = namespace_id(Ns::pid);
  const ino_t own = toolkit::namespace_id(::getpid(), Ns::pid);
  std::vector<pid_t> found;
  for (const std::string& name : names_in(open_file("/proc", O_RDONLY | O_DIRECTORY))) {
    const auto pid = parse_id(name);
    if (!pid || static_cast<pid_t>(*pid) == keeper()) continue;
    if (is_below("/proc/" + name, wanted, own)) found.push_back(static_cast<pid_t>(*pid));
  }
  return found;
}

bool Machine::is_probe(pid_t pid) const {
  const Fd proc = open_file("/proc", O_PATH | O_DIRECTORY);
  return has_content(proc, std::to_string(pid) + "/exe", probe_content());
}

std::vector<pid_t> Machine::copies() const {
  std::vector<pid_t> found = processes();
  found.erase(
      std::remove_if(found.begin(), found.end(), [this](pid_t pid) { return !is_probe(pid); }),
      found.end());
  return found;
}

}  // namespace toolkit::checks
