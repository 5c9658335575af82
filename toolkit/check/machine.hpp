#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "toolkit/check/groups.hpp"
#include "toolkit/check/observe.hpp"
#include "toolkit/check/subject.hpp"
#include "toolkit/check/user.hpp"
#include "toolkit/check/verdict.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::checks {

/// What root is in a machine.
enum class Powers {
  contained,  ///< root of a user namespace: every capability, over nothing but the machine
  devices,  ///< the host's root without CAP_SYS_ADMIN, so that it can make device nodes; none but harmless ones open
};

/// Which cgroups a machine has.
enum class Groups {
  shared,  ///< it is where the checker is, and sees them read-only
  own,     ///< one in each hierarchy where that can be: groups() says which
};

struct MachineOptions {
  Powers powers = Powers::contained;
  Groups groups = Groups::shared;
};

/// A root filesystem for the learner's program, with the probe in it.
struct Rootfs {
  std::string path;  ///< as the machine sees it
  FileId id = {};
  std::string canary = {};       ///< a file in it, as the one inside sees it
  std::string content = {};      ///< what is written there, and nowhere else
  std::string probe = "/probe";  ///< a path that no program can know; "/probe" leads there, too
};

/// May a program end before its payload came?
enum class Unfinished {
  refused,          ///< that is a FAIL
  held,             ///< it is held at its last moment, so that what it did so far can be looked at
  held_or_hanging,  ///< and one that waits for ever is looked at where it waits
};

/// May a program change links and addresses by ioctl? See netdevice(7).
enum class InterfaceCalls {
  allowed,
  refused,  ///< EPERM: rtnetlink is left
};

struct StartOptions {
  std::vector<std::string> environment = {};  ///< "NAME=value", beside PATH, HOME and TERM
  bool with_child = false;  ///< it finds a child that it did not start, as after an exec of a shell
  std::vector<int> leaks =
      {};  ///< numbers, from 50 on, of descriptors that it finds open on the machine's "/"
  Unfinished unfinished = Unfinished::refused;
  std::optional<User> as = {};         ///< who starts it: the machine's root, or make_user()'s
  std::vector<unsigned> without = {};  ///< numbers of capabilities that it does not get
  InterfaceCalls interface_calls = InterfaceCalls::allowed;
  /// Called in the process that becomes the program, as the machine's root: it may lock itself in.
  std::function<void()> confine = {};
  std::string confined_by = {};  ///< the same as a command line: what a learner is told
  std::string program = {};      ///< another program than the learner's, as seen from there
};

/// A throw-away machine, made of namespaces: root inside, a first process that does nothing (the
/// keeper), the host's programs read-only, all mounts shared, as systemd leaves them. What is made in
/// it ends with it. Costs some milliseconds. See namespaces(7).
class Machine {
 public:
  explicit Machine(const MachineOptions& options = {});
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// The probe's path in the machine, which no program can know, and the word it is to get as its first
  /// argument. What is told to a learner names /w/probe instead, where it lies, too.
  [[nodiscard]] const std::string& probe() const noexcept;
  [[nodiscard]] const std::string& word() const noexcept;
  /// A path below the directory the learner's program starts in.
  [[nodiscard]] std::string work(const std::string& name) const;
  Rootfs make_rootfs();
  /// Writes a file, its directories made; returns the path. Links that a program left lead nowhere outside.
  std::string make_file(const std::string& path, std::string_view content, mode_t mode = 0644);

  /// Starts the learner's program with these arguments and waits for its payload's first word. Ends
  /// the check with FAIL when there is none: the program ended, hangs, crashed, or answered itself.
  Subject start(const std::vector<std::string>& arguments, const StartOptions& options = {});
  /// Runs it to its end, whether a payload comes (it is told to exit 0) or not.
  Ended finish(const std::vector<std::string>& arguments, const StartOptions& options = {});

  /// The first process, which stands for the host of the lab. Numbers are those of the checker's /proc.
  [[nodiscard]] pid_t keeper() const noexcept;
  [[nodiscard]] ino_t namespace_id(Ns kind) const;
  /// With Groups::own: the cgroups that belong to its root; none where the checker can make none.
  [[nodiscard]] const std::vector<OwnGroup>& groups() const noexcept;
  /// Every process in the machine but the keeper and its decoys.
  [[nodiscard]] std::vector<pid_t> processes() const;
  /// Those of them that run the probe, by the content of their program.
  [[nodiscard]] std::vector<pid_t> copies() const;
  [[nodiscard]] bool is_probe(pid_t pid) const;

  [[nodiscard]] std::optional<std::string> read(const std::string& path) const;
  [[nodiscard]] bool exists(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> list(const std::string& path) const;
  [[nodiscard]] FileId id_of(const std::string& path) const;
  /// What the program changed since the machine was made, and how to undo it.
  [[nodiscard]] std::vector<Leftover> leftovers() const;
  /// SKIP where nobody on the machine can make namespaces of these kinds.
  void need(Ns kinds) const;
  /// The check has made something here: from now on it belongs to the machine.
  void settle();
  /// What is named so was asked for, or given away: it is no finding when it stays or has gone.
  void excuse(const std::string& name);
  /// Calls a function in a short-lived process that is the machine's root, in these of its
  /// namespaces and not among its processes; what the function returned.
  [[nodiscard]] std::string inside(Ns kinds, const std::function<std::string()>& body) const;
  [[nodiscard]] std::string hostname() const;
  [[nodiscard]] std::string domainname() const;

  /// A process of the machine, as its root, beside whatever runs there. The one returned stands
  /// outside and ends with the same status. `body` execs, or returns.
  Process spawn(const std::function<void()>& body) const;

 private:
  friend class Subject;  // several programs at once share a machine
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace toolkit::checks
