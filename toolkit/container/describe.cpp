#include <linux/mount.h>
#include <sys/mount.h>

#include <array>
#include <utility>

#include "toolkit/container/step.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

using Lines = std::vector<std::string>;

struct FlagName {
  std::uint64_t flag;
  const char* name;
};

// In the order of their numbers, which is strace's.
constexpr std::array kMountFlags = {
    FlagName{MS_RDONLY, "MS_RDONLY"},   FlagName{MS_NOSUID, "MS_NOSUID"},
    FlagName{MS_NODEV, "MS_NODEV"},     FlagName{MS_NOEXEC, "MS_NOEXEC"},
    FlagName{MS_REMOUNT, "MS_REMOUNT"}, FlagName{MS_BIND, "MS_BIND"},
    FlagName{MS_REC, "MS_REC"},         FlagName{MS_PRIVATE, "MS_PRIVATE"},
    FlagName{MS_SLAVE, "MS_SLAVE"},     FlagName{MS_STRICTATIME, "MS_STRICTATIME"}};
constexpr std::array kAttributes = {FlagName{MOUNT_ATTR_RDONLY, "MOUNT_ATTR_RDONLY"},
                                    FlagName{MOUNT_ATTR_NOSUID, "MOUNT_ATTR_NOSUID"},
                                    FlagName{MOUNT_ATTR_NODEV, "MOUNT_ATTR_NODEV"},
                                    FlagName{MOUNT_ATTR_NOEXEC, "MOUNT_ATTR_NOEXEC"}};

const char* propagation_name(Propagation kind) {
  switch (kind) {
    case Propagation::slave:
      return "MS_SLAVE";
    case Propagation::shared:
      return "MS_SHARED";
    default:
      return "0 /* MS_??? */";
  }
}

template <std::size_t Size>
std::string flag_names(const std::array<FlagName, Size>& table, std::uint64_t flags) {
  std::string text;
  for (const FlagName& entry : table) {
    if ((flags & entry.flag) == 0) continue;
    if (!text.empty()) text += '|';
    text += entry.name;
  }
  return text.empty() ? "0" : text;
}

/// As strace(1) has it, but that UTF-8 stays readable.
std::string quoted(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '"':
        escaped += "\\\"";
        break;
      case '\\':
        escaped += "\\\\";
        break;
      case '\n':
        escaped += "\\n";
        break;
      case '\t':
        escaped += "\\t";
        break;
      default:
        escaped += c;
    }
  }
  return '"' + printable(escaped) + '"';
}
std::string quoted_or_null(const std::string& text) { return text.empty() ? "NULL" : quoted(text); }

std::string octal(unsigned mode) {
  std::string digits;
  for (; mode != 0; mode /= 8) digits.insert(digits.begin(), static_cast<char>('0' + mode % 8));
  return '0' + digits;
}

std::string attributes(std::uint64_t set, Propagation propagation = Propagation::private_) {
  return "{attr_set=" + flag_names(kAttributes, set) +
         ", attr_clr=0, propagation=" + propagation_name(propagation) + ", userns_fd=0}, 32)";
}

std::string tree_name(const std::string& path) { return '<' + printable(path) + '>'; }

struct Describe {
  Lines operator()(const step::Mount& call) const {
    return {"mount(" + quoted_or_null(call.source) + ", " + quoted(call.target) + ", " +
            quoted_or_null(call.type) + ", " + flag_names(kMountFlags, call.flags) + ", " +
            quoted_or_null(call.data) + ")"};
  }
  Lines operator()(const step::SetAttributes& call) const {
    return {"mount_setattr(AT_FDCWD, " + quoted(call.target) + ", " +
            (call.recurse == Recurse::yes ? "AT_RECURSIVE" : "0") + ", " +
            attributes(call.attributes)};
  }
  Lines operator()(const step::OpenTree& call) const {
    return {"open_tree(AT_FDCWD, " + quoted(call.path) + ", " +
            (call.take == step::Take::copy ? "OPEN_TREE_CLONE|" : "") + "OPEN_TREE_CLOEXEC" +
            (call.recurse == Recurse::yes ? "|AT_RECURSIVE)" : ")")};
  }
  Lines operator()(const step::ReceiveTree& call) const {
    return {"recvmsg(<parent>, " + tree_name(call.path) + ")"};
  }
  Lines operator()(const step::MoveTree& call) const {
    Lines calls;
    const std::string tree = tree_name(call.path);
    if (call.attributes != 0 || call.propagation != Propagation::private_) {
      calls.push_back("mount_setattr(" + tree + ", \"\", AT_EMPTY_PATH" +
                      (call.recurse == Recurse::yes ? "|AT_RECURSIVE, " : ", ") +
                      attributes(call.attributes, call.propagation));
    }
    const bool follow = call.last_link == step::LastLink::follow;
    if (follow) {
      calls.push_back("openat(AT_FDCWD, " + quoted(call.target) + ", O_RDONLY|O_CLOEXEC|O_PATH)");
      calls.push_back("fstatfs(" + tree_name(call.target) + ", ...)");
    }
    calls.push_back("move_mount(" + tree + ", \"\", " +
                    (follow ? tree_name(call.target) +
                                  ", \"\", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)"
                            : "AT_FDCWD, " + quoted(call.target) + ", MOVE_MOUNT_F_EMPTY_PATH)"));
    return calls;
  }
  Lines operator()(const step::MakeDirectory& call) const {
    return {"mkdir(" + quoted(call.path) + ", " + octal(call.mode) + ")"};
  }
  Lines operator()(const step::MakeFile& call) const {
    return {"mknod(" + quoted(call.path) + ", S_IFREG|0644)"};
  }
  Lines operator()(const step::MakeLink& call) const {
    return {"symlink(" + quoted(call.points_to) + ", " + quoted(call.path) + ")"};
  }
  Lines operator()(const step::WriteFile& call) const {
    return {"openat(AT_FDCWD, " + quoted(call.path) +
                ", O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0644)",
            "write(" + tree_name(call.path) + ", " + quoted(call.content) + ", " +
                std::to_string(call.content.size()) + ")"};
  }
  Lines operator()(const step::SetSysctl& call) const {
    return {"openat(AT_FDCWD, " + quoted(call.path) + ", O_WRONLY|O_CLOEXEC)",
            "write(" + tree_name(call.path) + ", " + quoted(call.value) + ", " +
                std::to_string(call.value.size()) + ")"};
  }
  Lines operator()(const step::CopyTree& call) const {
    return {"copy " + quoted(call.source) + " to " + quoted(call.target) + ", file by file"};
  }
  Lines operator()(const step::ChangeDirectory& call) const {
    return {"chdir(" + quoted(call.path) + ")"};
  }
  Lines operator()(const step::PivotRoot&) const { return {"pivot_root(\".\", \".\")"}; }
  Lines operator()(const step::Detach& call) const {
    return {"umount2(" + quoted(call.target) + ", MNT_DETACH)"};
  }
  Lines operator()(const step::SetHostname& call) const {
    return {"sethostname(" + quoted(call.name) + ", " + std::to_string(call.name.size()) + ")"};
  }
  Lines operator()(const step::SetDomainname& call) const {
    return {"setdomainname(" + quoted(call.name) + ", " + std::to_string(call.name.size()) + ")"};
  }
  Lines operator()(const step::LoopbackUp&) const {
    return {"socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_IP)",
            "ioctl(<socket>, SIOCSIFFLAGS, {ifr_name=\"lo\", ifr_flags=IFF_UP})"};
  }
  Lines operator()(const step::NewKeyring&) const {
    return {"keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL)"};
  }
  Lines operator()(const step::NewSession&) const { return {"setsid()"}; }
  Lines operator()(const step::NewTerminal& call) const {
    Lines calls = {"openat(AT_FDCWD, \"/dev/ptmx\", O_RDWR|O_NOCTTY|O_CLOEXEC)",
                   "ioctl(</dev/ptmx>, TIOCSPTLCK, [0])",
                   "ioctl(</dev/ptmx>, TIOCGPTPEER, O_RDWR|O_NOCTTY|O_CLOEXEC)"};
    if (call.owner != 0) {
      calls.push_back("fchown(<terminal>, " + std::to_string(call.owner) + ", -1)");
    }
    const std::string to_console =
        "move_mount(</proc/self/fd/<terminal>>, \"\", AT_FDCWD, \"/dev/console\", "
        "MOVE_MOUNT_F_EMPTY_PATH)";
    for (const std::string& next : std::initializer_list<std::string>{
             "setsid()", "ioctl(<terminal>, TIOCSCTTY, 0)", "dup2(<terminal>, 0)",
             "dup2(<terminal>, 1)", "dup2(<terminal>, 2)",
             "open_tree(AT_FDCWD, \"/proc/self/fd/<terminal>\", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)",
             to_console, "sendmsg(<supervisor>, </dev/ptmx>)"}) {
      calls.emplace_back(next);
    }
    return calls;
  }
  Lines operator()(const step::EmptyInput&) const {
    return {"close(0)", "openat(AT_FDCWD, \"/dev/null\", O_RDONLY)"};
  }
  Lines operator()(const step::LimitBoundingSet& call) const {
    std::string kept;
    for (const std::string_view name : capability_names(call.keep)) {
      kept.append(kept.empty() ? "" : "|").append(name);
    }
    return {"prctl(PR_CAPBSET_DROP, <each but " + kept + ">)"};
  }
  Lines operator()(const step::SetGroups& call) const {
    std::string list;
    for (const unsigned group : call.groups) {
      list += (list.empty() ? "" : ", ") + std::to_string(group);
    }
    if (list.empty()) return {"setgroups(0, NULL)"};
    return {"setgroups(" + std::to_string(call.groups.size()) + ", [" + list + "])"};
  }
  Lines operator()(const step::SetGroup& call) const {
    const std::string id = std::to_string(call.gid);
    return {"setresgid(" + id + ", " + id + ", " + id + ")"};
  }
  Lines operator()(const step::SetUser& call) const {
    const std::string id = std::to_string(call.uid);
    return {"setresuid(" + id + ", " + id + ", " + id + ")"};
  }
  Lines operator()(const step::SetCapabilities& call) const {
    std::string set;
    for (const std::string_view name : capability_names(call.set)) {
      set.append(set.empty() ? "1<<" : "|1<<").append(name);
    }
    if (set.empty()) set = "0";
    return {"capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, {effective=" + set +
            ", permitted=" + set + ", inheritable=0})"};
  }
  Lines operator()(const step::NoNewPrivileges&) const {
    return {"prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)"};
  }
  Lines operator()(const step::NotDumpable&) const {
    return {"prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)"};
  }
  Lines operator()(const step::AdoptOrphans&) const { return {"prctl(PR_SET_CHILD_SUBREAPER, 1)"}; }
};

}  // namespace

std::vector<std::string> describe(const step::Call& call) { return std::visit(Describe{}, call); }

}  // namespace toolkit
