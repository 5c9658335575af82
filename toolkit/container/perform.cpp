#include "toolkit/container/perform.hpp"

#include <grp.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/tty.hpp"

namespace toolkit {

namespace {
constexpr gid_t kKeepId = static_cast<gid_t>(-1);

/// Where a link leads can be seen only when it is opened: a volume over /proc would show the container
/// another's truth (CVE-2019-16884).
Fd open_target(const std::string& path) {
  Fd target = open_file(path, O_PATH);
  struct statfs filesystem {};
  check(::fstatfs(target.get(), &filesystem), "fstatfs", path);
  if (filesystem.f_type == PROC_SUPER_MAGIC)
    throw SystemError(EACCES, "mount on /proc by way of", path);
  return target;
}

}  // namespace

struct Perform {
  Performer& self;

  // What many kernels lack is no error here: an exception would cost more than the other masks together.
  void operator()(const step::Mount& call) const {
    if (call.missing == step::Missing::skip) {
      mount_if_present(call.source, call.target, call.type, call.flags, call.data);
    } else {
      mount(call.source, call.target, call.type, call.flags, call.data);
    }
  }
  void operator()(const step::SetAttributes& call) const {
    if (call.missing == step::Missing::skip) {
      set_attributes_if_present(call.target, call.attributes, call.recurse);
    } else {
      set_attributes_at(call.target, call.attributes, call.recurse);
    }
  }
  void operator()(const step::OpenTree& call) const {
    self.trees_.emplace(call.path + call.variant, call.take == step::Take::copy
                                                      ? open_tree(call.path, call.recurse)
                                                      : open_mount(call.path));
  }
  void operator()(const step::ReceiveTree& call) const {
    Fd tree = receive_fd(self.channel_.root.value().theirs);
    if (!tree) throw std::runtime_error("the parent process ended first");
    self.trees_.emplace(call.path, std::move(tree));
  }
  void operator()(const step::MoveTree& call) const {
    // One place of the host can be shown twice: each time by a tree of its own.
    const FdRef tree = self.moved_.emplace_back(
        std::move(self.trees_.extract(self.trees_.find(call.path + call.variant)).mapped()));
    if (call.attributes != 0 || call.propagation != Propagation::private_) {
      set_attributes(tree, call.attributes, call.recurse, call.propagation);
    }
    if (call.last_link == step::LastLink::follow) {
      move_mount(tree, open_target(call.target), call.target);
    } else {
      tolerate(call.missing, [&] { attach(tree, call.target, call.missing); });
    }
  }
  void operator()(const step::MakeDirectory& call) const {
    tolerate(call.missing, [&] {
      if (::mkdir(call.path.c_str(), call.mode) == -1 && errno != EEXIST) {
        throw_errno("mkdir", call.path);
      }
    });
  }
  void operator()(const step::MakeFile& call) const {
    // mknod, not open: it follows no link in the last place and can't block on a FIFO there.
    tolerate(call.missing, [&] {
      if (::mknod(call.path.c_str(), S_IFREG | 0644, 0) == -1 && errno != EEXIST) {
        throw_errno("mknod", call.path);
      }
    });
  }
  void operator()(const step::MakeLink& call) const {
    if (::symlink(call.points_to.c_str(), call.path.c_str()) == -1 && errno != EEXIST) {
      throw_errno("symlink", call.path);
    }
  }
  void operator()(const step::WriteFile& call) const {
    const Fd file = open_file(call.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
    write_all(file, call.content, call.path);
  }
  void operator()(const step::SetSysctl& call) const {
    const Fd file(check(::open(call.path.c_str(), O_WRONLY | O_CLOEXEC), "sysctl", call.name));
    check(::write(file.get(), call.value.data(), call.value.size()), "sysctl", call.name);
  }
  void operator()(const step::CopyTree& call) const { copy_tree(call.source, call.target); }
  void operator()(const step::ChangeDirectory& call) const {
    check(::chdir(call.path.c_str()), "chdir", call.path);
  }
  void operator()(const step::PivotRoot&) const { pivot_root_here(); }
  void operator()(const step::Detach& call) const { unmount(call.target, Detach::yes); }
  void operator()(const step::SetHostname& call) const { set_hostname(call.name); }
  void operator()(const step::SetDomainname& call) const {
    check(::setdomainname(call.name.c_str(), call.name.size()), "setdomainname", call.name);
  }
  void operator()(const step::LoopbackUp&) const { bring_loopback_up(); }
  void operator()(const step::NewKeyring&) const {
    const long joined = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    // A sandbox that forbids the call forbids it to the container as well, so no key can be read.
    if (joined == -1 && errno != ENOSYS && errno != EPERM) {
      throw_errno("keyctl", "KEYCTL_JOIN_SESSION_KEYRING");
    }
  }
  void operator()(const step::NewSession&) const { check(::setsid(), "setsid"); }
  void operator()(const step::NewTerminal& call) const {
    const Pty pty = open_pty();
    if (call.owner != 0)
      check(::fchown(pty.slave.get(), call.owner, kKeepId), "fchown", "terminal");
    control_terminal(pty.slave);
    for (const int fd : {0, 1, 2}) check(::dup2(pty.slave.get(), fd), "dup2", "terminal");
    // By the descriptor: /dev/pts/0 is a name, and names can be taken (CVE-2025-52565).
    move_mount(open_tree(proc_path(pty.slave), Recurse::no), "/dev/console");
    send_fd(self.channel_.console.value().theirs, pty.master);
  }
  void operator()(const step::EmptyInput&) const {
    ::close(STDIN_FILENO);
    // The lowest free number is the one just closed; without O_CLOEXEC, since the command keeps it.
    check(::open("/dev/null", O_RDONLY), "open", "/dev/null");
  }
  void operator()(const step::LimitBoundingSet& call) const { limit_bounding_set(call.keep); }
  void operator()(const step::SetGroups& call) const {
    check(::setgroups(call.groups.size(), call.groups.data()), "setgroups");
  }
  void operator()(const step::SetGroup& call) const {
    check(::setresgid(call.gid, call.gid, call.gid), "setresgid", std::to_string(call.gid));
  }
  void operator()(const step::SetUser& call) const {
    check(::setresuid(call.uid, call.uid, call.uid), "setresuid", std::to_string(call.uid));
  }
  void operator()(const step::SetCapabilities& call) const {
    set_capabilities({.effective = call.set, .permitted = call.set, .inheritable = {}});
  }
  void operator()(const step::NoNewPrivileges&) const { set_no_new_privs(); }
  void operator()(const step::NotDumpable&) const {
    check(::prctl(PR_SET_DUMPABLE, 0), "prctl", "PR_SET_DUMPABLE");
  }
  void operator()(const step::AdoptOrphans&) const {
    check(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl", "PR_SET_CHILD_SUBREAPER");
  }

 private:
  /// No link is followed in the last place: see MOVE_MOUNT_T_SYMLINKS in move_mount(2).
  static void attach(FdRef tree, const std::string& target, step::Missing missing) {
    try {
      move_mount(tree, target);
    } catch (const SystemError& error) {
      if (missing != step::Missing::make || error.number() != ENOENT) throw;
      check(::mkdir(target.c_str(), 0755), "mkdir", target);
      move_mount(tree, target);
    }
  }

  template <typename Action>
  static void tolerate(step::Missing missing, Action action) {
    try {
      action();
    } catch (const SystemError& error) {
      constexpr std::array kRefusals = {ENOENT, ENOTDIR, EROFS,  EACCES,
                                        EPERM,  ELOOP,   EINVAL, EOVERFLOW};
      const bool refused =
          std::find(kRefusals.begin(), kRefusals.end(), error.number()) != kRefusals.end();
      if (missing != step::Missing::leave_out || !refused) throw;
    }
  }
};

void Performer::perform(const std::vector<Step>& steps) {
  for (const Step& step : steps) std::visit(Perform{*this}, step.call);
}

void reset_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  check(::sigprocmask(SIG_SETMASK, &none, nullptr), "sigprocmask");
  // One file tells which are ignored; asking for each of 64 would take 64 calls.
  const std::string status = read_once("/proc/self/status");
  const std::size_t at = status.find("SigIgn:\t");
  if (at == std::string::npos) return;
  const std::uint64_t ignored = std::stoull(status.substr(at + 8, 16), nullptr, 16);
  for (int number = 1; number <= 64; ++number) {
    if (((ignored >> static_cast<unsigned>(number - 1)) & 1U) != 0) ::signal(number, SIG_DFL);
  }
}

void close_descriptors_on_exec() {
  check(::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC), "close_range");
}

}  // namespace toolkit
