#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "toolkit/kernel/capabilities.hpp"
#include "toolkit/kernel/mount.hpp"

/// What the child of a start does to the kernel, one struct a system call. A list of them is the
/// plan; describe() prints it and perform() does it, so what is printed is what is done.
namespace toolkit::step {

/// What to make of a target that is not there.
enum class Missing {
  fail,
  make,       ///< a directory is made for it, and the call done again
  skip,       ///< this kernel lacks it: there is nothing to do
  leave_out,  ///< nor need it be possible: the root may be another's, or something else lies there
};

/// mount(2).
struct Mount {
  std::string source = {};
  std::string target;
  std::string type = {};
  unsigned long flags = 0;
  std::string data = {};
  Missing missing = Missing::fail;
};

/// mount_setattr(2) on what is mounted at a path.
struct SetAttributes {
  std::string target;
  std::uint64_t attributes;
  Recurse recurse = Recurse::no;
  Missing missing = Missing::fail;
};

/// What OpenTree takes hold of: a copy of the mounts there, or the mount itself, to be moved.
enum class Take { copy, itself };

/// open_tree(2): takes hold of a place on the host under a name, for the time when it is out of reach.
struct OpenTree {
  std::string path;
  Recurse recurse = Recurse::no;
  Take take = Take::copy;
  std::string variant = {};  ///< tells apart what is taken hold of at one place in several ways
};

/// Is a link in the last place of a target followed, inside the container's root?
enum class LastLink { stay, follow };

/// mount_setattr(2) and move_mount(2): puts at `target` what OpenTree took hold of as `path`.
struct MoveTree {
  std::string path;
  std::string target;
  std::uint64_t attributes = 0;
  Recurse recurse = Recurse::no;
  Missing missing = Missing::fail;
  LastLink last_link = LastLink::stay;
  Propagation propagation = Propagation::private_;  ///< of a new tree: nothing to be done
  std::string variant = {};
};

/// recvmsg(2): the same, of the parent: a tree that it has mapped the ids of.
struct ReceiveTree {
  std::string path;
};

/// mkdir(2); what is there already stays as it is.
struct MakeDirectory {
  std::string path;
  unsigned mode = 0755;
  Missing missing = Missing::fail;
};

/// mknod(2) of an empty regular file to mount on; whatever is there already stays.
struct MakeFile {
  std::string path;
  Missing missing = Missing::fail;
};

/// symlink(2); one that is there already stays as it is.
struct MakeLink {
  std::string points_to;
  std::string path;
};

/// openat(2) with O_CREAT|O_EXCL, and write(2).
struct WriteFile {
  std::string path;
  std::string content;
};

/// openat(2) and write(2) of a file below a /proc/sys that was mounted just now.
struct SetSysctl {
  std::string name;
  std::string path;
  std::string value;
};

/// The whole tree below one directory, file by file, where the host has no overlay.
struct CopyTree {
  std::string source;
  std::string target;
};

struct ChangeDirectory {
  std::string path;
};
struct PivotRoot {};
/// umount2(2) with MNT_DETACH.
struct Detach {
  std::string target;
};

struct SetHostname {
  std::string name;
};
struct SetDomainname {
  std::string name;
};
struct LoopbackUp {};

/// keyctl(2): a session keyring of its own; one is otherwise inherited, and no namespace holds it.
struct NewKeyring {};

/// setsid(2): no terminal of the host is a controlling one here.
struct NewSession {};
/// A pseudoterminal of the container's own devpts becomes stdin, stdout, stderr and /dev/console; its
/// master goes to the supervisor.
struct NewTerminal {
  unsigned owner = 0;
};
/// Standard input reads the container's own /dev/null.
struct EmptyInput {};

struct LimitBoundingSet {
  CapSet keep;
};
struct SetGroups {
  std::vector<unsigned> groups;
};
struct SetGroup {
  unsigned gid;
};
struct SetUser {
  unsigned uid;
};
struct SetCapabilities {
  CapSet set;
};
struct NoNewPrivileges {};

/// prctl(2): others in the same pid or user namespace can't look into this process, which still is `cooper`.
struct NotDumpable {};
/// prctl(2): orphans come to this process, where it is no PID 1.
struct AdoptOrphans {};

using Call =
    std::variant<Mount, SetAttributes, OpenTree, ReceiveTree, MoveTree, MakeDirectory, MakeFile,
                 MakeLink, WriteFile, SetSysctl, CopyTree, ChangeDirectory, PivotRoot, Detach,
                 SetHostname, SetDomainname, LoopbackUp, NewKeyring, NewSession, NewTerminal,
                 EmptyInput, LimitBoundingSet, SetGroups, SetGroup, SetUser, SetCapabilities,
                 NoNewPrivileges, NotDumpable, AdoptOrphans>;

}  // namespace toolkit::step

namespace toolkit {

/// One thing that is done, and the reason for it in a sentence without a full stop.
struct Step {
  step::Call call;
  std::string why;
};

/// The system calls of one step as strace(1) writes them, a line each. Descriptors have names here.
std::vector<std::string> describe(const step::Call& call);

}  // namespace toolkit
