#include "toolkit/check/check.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "toolkit/check/owners.hpp"
#include "toolkit/check/user.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/text.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::namespace_id;
using toolkit::Ns;

// Without EPERM of write: three files can refuse, and which one it was is seen in the maps.
SIGNATURES({"unshare", EPERM, "user-first"}, {"unshare", EINVAL, "unshare-flags"},
           {"openat", EACCES, "not-dumpable"}, {"setresuid", EINVAL, "not-mapped-yet"},
           {"setuid", EINVAL, "not-mapped-yet"}, {"setresgid", EINVAL, "not-mapped-yet"},
           {"setgid", EINVAL, "not-mapped-yet"}, {"setgroups", EPERM, "groups-too-early"});

constexpr int kNeverStarted = 125;

std::string range_text(const SubordinateIds& ids) {
  return std::to_string(ids.first) + ':' + std::to_string(ids.count);
}

std::string one_id(unsigned own) { return "0 " + std::to_string(own) + " 1"; }
std::string with_range(unsigned own, const SubordinateIds& ids) {
  return one_id(own) + "\n1 " + std::to_string(ids.first) + ' ' + std::to_string(ids.count);
}

/// A machine with a user on it, who starts the program.
struct Trial {
  Machine machine = Machine();
  User user = make_user(machine);

  std::vector<std::string> arguments(std::vector<std::string> options = {}) const {
    options.insert(options.end(), {"--", machine.probe(), machine.word()});
    return options;
  }
  std::vector<std::string> ranges() const {
    if (!user.no_ranges.empty()) skip(user.no_ranges, user.remedy);
    return {"--uids", range_text(user.subuids), "--gids", range_text(user.subgids)};
  }
  /// As far as it comes: a later step may not be written yet.
  Subject start(const std::vector<std::string>& options = {}) {
    return machine.start(arguments(options), {.unfinished = Unfinished::held, .as = user});
  }
  ino_t users() const { return machine.namespace_id(Ns::user); }
  /// How many user namespaces below the one that the program was started in.
  int depth(pid_t pid) const { return depth_below(users(), pid).value_or(0) - user.depth; }
};

/// "UID GID" of a file where the command stands, as the machine has them.
std::string owner_outside(const Trial& trial, const Subject& subject, const std::string& name) {
  struct stat status {};
  const std::string path = "/proc/" + std::to_string(subject.payload()) + "/cwd/" + name;
  toolkit::check(::stat(path.c_str(), &status), "stat", path);
  return uids_there(trial.user, std::to_string(status.st_uid)) + ' ' +
         gids_there(trial.user, std::to_string(status.st_gid));
}

/// A file of /proc/PID, with ids as whoever started the program has them.
std::string map_of(const Subject& subject, const std::string& file) {
  return id_map_of(subject.stands(), file, subject.pid());
}

void expect_map(Subject& subject, const std::string& file, const std::string& wanted,
                const std::string& when_empty) {
  const std::string seen = map_of(subject, file);
  if (seen == wanted) return;
  subject.fail_here({.expected = file + " of the command:" + in_columns(wanted),
                     .seen = seen.empty() ? "it is empty" : "it reads:" + in_columns(seen),
                     .evidence = "/proc/PID/" + file + ": id inside, id outside, how many",
                     .hint = seen.empty() ? when_empty : "map-other",
                     .signatures = file == "uid_map" ? Consult::always : Consult::when_it_ended});
}

CHECK_STEP("09.1a", "a user namespace of its own", 2, {}) {
  Trial trial;
  Subject subject = trial.start();
  const int depth = trial.depth(subject.stands());
  if (depth == 1) return;
  subject.fail_here({.expected = "the command is one user namespace below its caller's",
                     .seen = depth == 0 ? "it is in the caller's" : "it is more than one below",
                     .evidence = "/proc/PID/ns/user, and NS_GET_PARENT from there on upwards",
                     .hint = depth == 0 ? "same-namespace" : "twice",
                     .signatures = Consult::always});
}

CHECK_STEP("09.1b", "your program stays in the caller's", 1, {"09.1a"}) {
  Trial trial;
  Subject subject = trial.start();
  if (trial.depth(subject.pid()) == 0) return;
  subject.fail_here({.expected = "your program stays where it was started: somebody outside is "
                                 "needed who can still speak for the caller",
                     .seen = "it has left the caller's user namespace, too",
                     .evidence = "/proc/YOURS/ns/user",
                     .hint = "runner-moved"});
}

CHECK_STEP("09.2a", "uid 0 is the caller", 2, {"09.1"}) {
  Trial trial;
  Subject subject = trial.start();
  expect_map(subject, "uid_map", one_id(trial.user.uid), "uid-refused");
}

CHECK_STEP("09.2b", "outside it is still the caller", 1, {"09.2a"}) {
  Trial trial;
  Subject subject = trial.start();
  const std::string own = std::to_string(trial.user.uid);
  const std::string seen = uids_there(trial.user, status_value(subject.stands(), "Uid"));
  if (seen == own + ' ' + own + ' ' + own + ' ' + own) return;
  subject.fail_here({.expected = "for the machine, the command runs as its caller, uid " + own,
                     .seen = "Uid: " + seen,
                     .evidence = "/proc/PID/status, read on the machine",
                     .hint = "map-other"});
}

CHECK_STEP("09.3a", "setgroups is given up", 1, {"09.2"}) {
  Trial trial;
  Subject subject = trial.start();
  if (map_of(subject, "setgroups") == "deny") return;
  subject.fail_here({.expected = "/proc/PID/setgroups of the command reads deny",
                     .seen = "it reads allow",
                     .evidence = "/proc/PID/setgroups, and gid_map: " + map_of(subject, "gid_map"),
                     .hint = "setgroups-first"});
}

CHECK_STEP("09.3b", "gid 0 is the caller's group", 2, {"09.3a"}) {
  Trial trial;
  Subject subject = trial.start();
  expect_map(subject, "gid_map", one_id(trial.user.gid), "gid-refused");
}

CHECK_STEP("09.4a", "with a range, more uids", 2, {"09.1"}) {
  Trial trial;
  Subject subject = trial.start(trial.ranges());
  expect_map(subject, "uid_map", with_range(trial.user.uid, trial.user.subuids), "range-refused");
}

CHECK_STEP("09.4b", "and more gids", 2, {"09.4a"}) {
  Trial trial;
  Subject subject = trial.start(trial.ranges());
  expect_map(subject, "gid_map", with_range(trial.user.gid, trial.user.subgids), "gids-forgotten");
}

CHECK_STEP("09.4c", "a range of somebody else is refused", 1, {"09.4a"}) {
  Trial trial;
  for (const std::size_t value : {1U, 3U}) {  // that of --uids, and that of --gids
    std::vector<std::string> options = trial.ranges();
    SubordinateIds stolen = value == 1 ? trial.user.subuids : trial.user.subgids;
    stolen.first += stolen.count;  // the ids behind one's own
    options.at(value) = range_text(stolen);
    const Ended ended = trial.machine.finish(trial.arguments(options), {.as = trial.user});
    // Whoever came to a later step, did not end here.
    const bool went_on = ended.payload || ended.err.find("is not written yet") != std::string::npos;
    if (ended.status == kNeverStarted && !went_on && !ended.err.empty()) continue;
    const std::string file = value == 1 ? "/etc/subuid" : "/etc/subgid";
    fail({.expected = file + " does not lend " + options.at(value) +
                      ": exit 125, a line on stderr, and no command",
          .seen = went_on ? "it went on to its command" : "exit " + std::to_string(ended.status),
          .evidence = "newuidmap and newgidmap ask these files; it said: " + ended.err,
          .hint = "refusal-ignored"});
  }
}

CHECK_STEP("09.5", "with a range, the caller's groups are let go", 2, {"09.4"}) {
  Trial trial;
  Subject subject = trial.start(trial.ranges());
  const std::string seen = gids_there(trial.user, status_value(subject.stands(), "Groups"));
  const std::string own = std::to_string(trial.user.gid);
  if (seen.empty() || seen == own) return;  // 0 inside: its own group may stand in the list, too
  subject.fail_here({.expected = "the command is in no group but its own, " + own,
                     .seen = "it is in " + seen + ", as its caller is",
                     .evidence = "/proc/PID/status, Groups, read on the machine",
                     .hint = "groups-kept"});
}

constexpr std::array kOthers{Ns::mount, Ns::uts, Ns::ipc, Ns::net};

CHECK_STEP("09.6a", "four more namespaces of its own", 2, {"09.3"}) {
  Trial trial;
  Subject subject = trial.start();
  for (const Ns kind : kOthers) {
    if (namespace_id(subject.stands(), kind) != trial.machine.namespace_id(kind)) continue;
    const std::string name = toolkit::proc_name(kind);
    subject.fail_here({.expected = "mnt, uts, ipc and net are others than the machine's",
                       .seen = name + " is the machine's",
                       .evidence = "/proc/PID/ns/" + name,
                       .hint = "others-missing"});
  }
}

CHECK_STEP("09.6b", "which belong to its user namespace", 2, {"09.6a"}) {
  Trial trial;
  Subject subject = trial.start();
  subject.insist();
  const ino_t own = namespace_id(subject.payload(), Ns::user);
  for (const Ns kind : kOthers) {
    if (owner_of(subject.payload(), kind) == own) continue;
    fail({.expected = "each is owned by the user namespace that the command is in",
          .seen = std::string(toolkit::proc_name(kind)) + " is owned by another",
          .evidence = "ioctl NS_GET_USERNS on /proc/PAYLOAD/ns",
          .hint = "owned-by-another"});
  }
}

CHECK_STEP("09.6c", "root inside: every capability", 2, {"09.6b"}) {
  Trial trial;
  Subject subject = trial.start();
  subject.insist();
  const std::string text = toolkit::read_file("/proc/sys/kernel/cap_last_cap");
  const std::uint64_t count = toolkit::parse_number(toolkit::trim(text)).value_or(0) + 1;
  std::string all;  // as /proc/PID/status writes a set: four bits a digit
  for (std::uint64_t bit = 0; bit < 64; bit += 4) {
    all.insert(all.begin(), "0137f"[count > bit ? std::min<std::uint64_t>(count - bit, 4) : 0]);
  }
  const std::string seen = status_value(subject.payload(), "CapEff");
  const std::string named = subject.ask("sethostname " + random_name());
  if (seen == all && named == "ok") return;
  fail({.expected = "CapEff is " + all + ", and the command may rename its UTS namespace",
        .seen = "CapEff is " + seen + "; sethostname there: " + named,
        .evidence = "/proc/PAYLOAD/status",
        .hint = "no-capabilities"});
}

CHECK_STEP("09.6d", "nobody outside: what is the machine's root's stays so", 2, {"09.6c"}) {
  Trial trial;
  if (trial.user.depth > 0) {
    skip("on this machine its root and its user are one id",
         "as root there are two: sudo ./lab check");
  }
  const std::string file = trial.machine.make_file(trial.machine.work(random_name()), "x", 0644);
  Subject subject = trial.start();
  subject.insist();
  const std::string wrote = subject.ask("write " + file + " x");
  const std::string owned = subject.ask("chown 0 " + file);
  const std::string killed = subject.ask("may-signal 1");
  if (wrote == "EACCES" && owned == "EPERM" && killed == "EPERM") return;
  fail(
      {.expected = "its capabilities count nowhere but in its own namespaces: EACCES, EPERM, EPERM",
       .seen = "write: " + wrote + ", chown: " + owned + ", kill: " + killed,
       .evidence = "the command tried it on a file of the machine's root, and on its PID 1",
       .hint = "real-root"});
}

CHECK_STEP("09.6e", "files of uid 0 are the caller's on disk", 1, {"09.6c"}) {
  Trial trial;
  Subject subject = trial.start();
  subject.insist();
  const std::string name = random_name();
  const std::string made = subject.ask("write " + name + " x");
  const std::string inside = subject.ask("owner " + name);
  const std::string outside = owner_outside(trial, subject, name);
  const std::string own = std::to_string(trial.user.uid) + ' ' + std::to_string(trial.user.gid);
  if (made == "ok" && inside == "0 0" && outside == own) return;
  fail({.expected = "a new file is 0 0 inside and " + own + " outside",
        .seen = "write: " + made + "; " + inside + " inside, " + outside + " outside",
        .evidence = "stat(2) on both sides",
        .hint = "map-other"});
}

CHECK_STEP("09.6f", "and with a range, those of uid 5 are the range's", 1, {"09.5", "09.6e"}) {
  Trial trial;
  Subject subject = trial.start(trial.ranges());
  subject.insist();
  const std::string name = random_name();
  subject.ask("write " + name + " x");
  const std::string given = subject.ask("chown 5 " + name);
  const std::string outside = owner_outside(trial, subject, name);
  constexpr unsigned kBehindFirst = 4;  // 1 is the first
  const std::string wanted = std::to_string(trial.user.subuids.first + kBehindFirst) + ' ' +
                             std::to_string(trial.user.subgids.first + kBehindFirst);
  if (given == "ok" && outside == wanted) return;
  fail({.expected = "chown 5 is allowed, and the file is " + wanted + " outside",
        .seen = "chown: " + given + "; " + outside + " outside",
        .evidence = "stat(2) on both sides",
        .hint = "map-other"});
}

CHECK_STEP("09.6g", "who is not in the map is 65534", 1, {"09.6c"}) {
  Trial trial;
  Subject subject = trial.start();
  subject.insist();
  const std::string seen = subject.ask("owner /usr");
  if (seen == "65534 65534") return;
  fail({.expected = "files of the host's root are 65534 65534: the overflow ids",
        .seen = "/usr is " + seen,
        .evidence = "stat(2) in the command",
        .hint = "map-other"});
}

}  // namespace
