#include "toolkit/course/doctor/trial.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <initializer_list>
#include <new>
#include <utility>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/users.hpp"

namespace toolkit::course {
namespace {

constexpr uid_t kOrdinaryUser = 65534;

/// Memory that a child shares with us: what it wrote stays readable when it dies.
class SharedTrial {
 public:
  SharedTrial()
      : memory_(::mmap(nullptr, sizeof(Trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0)) {
    if (memory_ == MAP_FAILED) throw_errno("mmap");
    trial_ = new (memory_) Trial;
  }
  ~SharedTrial() { ::munmap(memory_, sizeof(Trial)); }
  SharedTrial(const SharedTrial&) = delete;
  SharedTrial& operator=(const SharedTrial&) = delete;
  Trial& operator*() const { return *trial_; }

 private:
  void* memory_;
  Trial* trial_ = nullptr;
};

/// Runs body in a forked child that dies with us, and waits for it. 0, or the errno of the fork or
/// of what the body threw.
template <typename Body>
int in_child(const Body& body) {
  const pid_t child = ::fork();
  if (child == -1) return errno;
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
      body();
    } catch (const SystemError& error) {
      ::_exit(error.number());
    } catch (...) {  // none may cross the fork
      ::_exit(EPERM);
    }
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) == -1 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

/// Does one step and notes what came of it.
template <typename Body>
bool attempt(Trial& trial, Step step, const Body& body) {
  try {
    body();
    trial.set(step, 0);
  } catch (const SystemError& error) {
    trial.set(step, error.number());
  }
  return trial.worked(step);
}

/// The ordinary user's id is shared with daemons that could trace a child of root, so the child
/// keeps nothing of ours before it becomes traceable, which writing its id map needs.
bool become_ordinary_user() {
  const int null = ::open("/dev/null", O_RDWR);
  for (const int standard : {0, 1, 2}) ::dup2(null, standard);
  ::close_range(3, ~0U, 0);
  return ::setgroups(0, nullptr) == 0 &&
         ::setresgid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) == 0 &&
         ::setresuid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) == 0 &&
         ::prctl(PR_SET_DUMPABLE, 1) == 0;
}

void map_to_root(uid_t uid, gid_t gid) {
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1");
  write_file("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
}

/// Asks nf_tables for its generation: any answer means that it is there.
void ask_nftables() {
  const Fd socket(check(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), "socket",
                        "NETLINK_NETFILTER"));
  struct {
    nlmsghdr head;
    nfgenmsg body;
  } request{};
  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETGEN;
  request.head.nlmsg_flags = NLM_F_REQUEST;
  check(::send(socket.get(), &request, sizeof request, 0), "send", "NFT_MSG_GETGEN");
  struct {
    nlmsghdr head;
    nlmsgerr error;
    std::array<char, 512> rest;
  } reply{};
  check(::recv(socket.get(), &reply, sizeof reply, 0), "recv", "NFT_MSG_GETGEN");
  if (reply.head.nlmsg_type == NLMSG_ERROR) throw SystemError(-reply.error.error, "nf_tables", {});
}

/// A directory to mount a tmpfs on, in a mount namespace of our own.
std::string place_to_mount() {
  for (const char* path : {"/tmp", "/run", "/mnt", "/var", "/dev"}) {
    if (kind_of(path) == EntryKind::directory) return path;
  }
  return "/proc";
}

/// As process 1 of the new namespaces: what is mounted into a container's root.
void try_mounts(Trial& trial, Who who, const Fd& images) {
  if (!attempt(trial, Step::make_private,
               [] { set_propagation("/", Propagation::private_, Recurse::yes); })) {
    return;
  }
  const std::string place = place_to_mount();
  constexpr unsigned long kQuiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (!attempt(trial, Step::tmpfs, [&] { mount("tmpfs", place, "tmpfs", MS_NOSUID); })) return;
  const auto directory = [&](const std::string& name) {
    check(::mkdir((place + "/" + name).c_str(), 0755), "mkdir", name);
    return place + "/" + name;
  };
  for (const auto& [step, type] :
       {std::pair{Step::proc, "proc"}, {Step::sysfs, "sysfs"}, {Step::mqueue, "mqueue"}}) {
    attempt(trial, step, [&, name = type] { mount(name, directory(name), name, kQuiet); });
  }
  attempt(trial, Step::devpts, [&] {
    mount("devpts", directory("devpts"), "devpts", MS_NOSUID | MS_NOEXEC,
          "newinstance,ptmxmode=0666");
  });
  attempt(trial, Step::overlay, [&] {
    const std::string options = "lowerdir=" + proc_path(images) +
                                ",upperdir=" + directory("upper") + ",workdir=" + directory("work");
    mount("overlay", directory("merged"), "overlay", 0,
          who == Who::self ? options : options + ",userxattr");
  });
  attempt(trial, Step::mknod, [&] {
    const std::string null = place + "/null";
    check(::mknod(null.c_str(), S_IFCHR | 0666, makedev(1, 3)), "mknod", null);
    (void)open_file(null, O_RDWR);  // the device cgroup and a nodev tmpfs forbid the opening
  });
}

void try_all(Trial& trial, Who who, const std::string& image_directory) {
  if (who == Who::other_user && !become_ordinary_user()) return;
  if (who != Who::self) {
    const uid_t uid = ::geteuid();
    const gid_t gid = ::getegid();
    if (!attempt(trial, Step::user_ns, [] { unshare(Ns::user); })) return;
    if (!attempt(trial, Step::uid_map, [&] { map_to_root(uid, gid); })) return;
  }
  for (const auto& [step, kind] : {std::pair{Step::mount_ns, Ns::mount},
                                   {Step::uts_ns, Ns::uts},
                                   {Step::ipc_ns, Ns::ipc},
                                   {Step::net_ns, Ns::net},
                                   {Step::cgroup_ns, Ns::cgroup},
                                   {Step::time_ns, Ns::time},
                                   {Step::pid_ns, Ns::pid}}) {
    attempt(trial, step, [one = kind] { unshare(one); });
  }
  if (trial.worked(Step::net_ns)) attempt(trial, Step::nftables, ask_nftables);
  // Without a mount namespace of its own a child must not mount: it would be the host's tree.
  if (!trial.worked(Step::mount_ns) || !trial.worked(Step::pid_ns)) return;
  const Fd images(::open(image_directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  in_child([&] { try_mounts(trial, who, images); });
}

}  // namespace

std::optional<Step> Trial::obstacle() const {
  constexpr std::array kNeeded{Step::mount_ns,  Step::uts_ns, Step::ipc_ns,       Step::net_ns,
                               Step::cgroup_ns, Step::pid_ns, Step::make_private, Step::tmpfs,
                               Step::proc,      Step::sysfs,  Step::mqueue,       Step::devpts};
  for (const Step step : {Step::user_ns, Step::uid_map}) {
    if (at(step) > 0) return step;
  }
  for (const Step step : kNeeded) {
    if (!worked(step)) return step;
  }
  return {};
}

std::optional<Trial> try_steps(Who who, const std::string& image_directory) {
  const SharedTrial shared;
  in_child([&] { try_all(*shared, who, image_directory); });
  const bool tried = (*shared).at(who == Who::self ? Step::mount_ns : Step::user_ns) != kNotTried;
  return tried ? std::optional(*shared) : std::nullopt;
}

int try_id_ranges() {
  return in_child([] {
    const Fd null = open_file("/dev/null", O_WRONLY);
    ::dup2(null.get(), STDERR_FILENO);  // newuidmap says there what the doctor says better
    Gate gate;
    Process child = Process::spawn({.namespaces = Ns::user}, [&] { gate.wait(); });
    write_id_maps(child.pid(), maps_of_caller());
    gate.open();
    child.await_exec();
  });
}

int try_clone3() {
  clone_args arguments{};
  arguments.exit_signal = SIGCHLD;
  const long child = ::syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child == -1) return errno;
  if (child == 0) ::_exit(0);
  while (::waitpid(static_cast<pid_t>(child), nullptr, 0) == -1 && errno == EINTR) {
  }
  return 0;
}

}  // namespace toolkit::course
