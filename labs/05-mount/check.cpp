#include "toolkit/check/check.hpp"

#include <unistd.h>

#include "toolkit/check/expect.hpp"
#include "toolkit/check/furnish.hpp"
#include "toolkit/check/mounts.hpp"
#include "toolkit/check/refusal.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::MountInfo, toolkit::Ns;

using Words = std::vector<std::string>;

SIGNATURES({"pivot_root", EINVAL, "still-shared"}, {"openat2", EXDEV, "link-refused"},
           {"openat2", ELOOP, "link-refused"}, {"openat2", ENOTDIR, "file-as-target"},
           {"openat", ENOTDIR, "file-as-target"}, {"mount_setattr", EINVAL, "below-the-mount"},
           {"mount_setattr", ENOENT, "empty-path"});

/// A machine with a root filesystem, and a directory of the machine with a mount in it.
struct Trial {
  Machine machine = Machine();
  Rootfs rootfs = machine.make_rootfs();
  std::string source = machine.work('s' + random_name());
  std::string below = random_name();  ///< where in the source something is mounted
  std::string target = '/' + random_name();
  std::string other = target + "-2";  ///< a place for a second volume
  std::string word = random_name(12);

  Trial() {
    machine.make_file(source + "/word", word);
    machine.make_file(source + '/' + below + "/covered", word);
    mount_tmpfs(machine, source + '/' + below);
    machine.make_file(source + '/' + below + "/word", word);
    for (const std::string& place : {target, other}) make_directory(machine, rootfs.path + place);
  }
  std::string volume(const std::string& how = "") const { return source + ':' + target + how; }
  Words words(Words options) const {
    options.insert(options.end(), {"--rootfs", rootfs.path, "--", rootfs.probe, machine.word()});
    return options;
  }
  Subject start(const Words& more) {
    return machine.start(words(more), {.unfinished = Unfinished::held});
  }
  /// The same, where no step is open any more.
  Subject run(const Words& options) {
    Subject subject = start(options);
    subject.insist();
    return subject;
  }
};

CHECK_STEP("05.1a", "a mount namespace of its own", 1, {}) {
  Trial trial;
  trial.machine.excuse(trial.rootfs.path);  // a mount that travels is 05.2's affair
  Subject subject = trial.start({});
  expect_own_namespace(subject, trial.machine, Ns::mount);
}

CHECK_STEP("05.1b", "your program stays in the machine's", 1, {"05.1a"}) {
  Trial trial;
  trial.machine.excuse(trial.rootfs.path);
  Subject subject = trial.start({});
  expect_runner_stays(subject, trial.machine, Ns::mount);
}

CHECK_STEP("05.2a", "private, which is the default: no ties", 2, {"05.1"}) {
  Trial trial;
  for (const Words& options : {Words{}, Words{"--propagation", "private"}}) {
    const KeptMounts kept(trial.machine);
    Subject subject = trial.start(options);
    expect_no_peers(subject, trial.machine);
    kept.expect("with the command at work", "unmounted-outside");
    expect_no_masters(subject, "slave-for-private");
  }
}

CHECK_STEP("05.2b", "slave: it hears the machine, and is no peer", 2, {"05.2a"}) {
  Trial trial;
  Subject subject = trial.start({"--propagation", "slave"});
  expect_no_peers(subject, trial.machine);
  subject.insist();
  const std::set<std::string> machines = peer_groups(mounts_of(trial.machine.keeper()));
  const Mounts mounts = all_mounts(subject.payload());
  const MountInfo* root = mount_of(mounts, trial.rootfs.path);
  if (root != nullptr && machines.contains(master_of(*root))) return;
  fail({.expected = "the command's root is a slave of the machine's /w: master:N",
        .seen = "it is no slave of it",
        .evidence = "/proc/PID/mountinfo:\n" + to_text(mounts),
        .hint = "private-for-slave"});
}

CHECK_STEP("05.2c", "what the command mounts stays inside", 2, {"05.2b"}) {
  Trial trial;
  for (const std::string kind : {"private", "slave"}) {
    const KeptMounts kept(trial.machine);
    Subject subject = trial.run({"--propagation", kind});
    kept.expect("with the command at work");
    const std::string answer = subject.ask("mount-tmpfs " + trial.target);
    if (answer != "ok") fail({.expected = "it can mount", .seen = answer, .hint = "cannot-mount"});
    kept.expect("after the command mounted a tmpfs on " + trial.target);
  }
}

CHECK_STEP("05.2d", "what the machine mounts comes to a slave alone", 2, {"05.2c"}) {
  for (const std::string kind : {"private", "slave"}) {
    Trial trial;
    const Subject subject = trial.run({"--propagation", kind});
    mount_tmpfs(trial.machine, trial.rootfs.path + trial.target);
    const bool came = mount_on(mounts_of(subject.payload()), trial.target) != nullptr;
    if (came == (kind == "slave")) continue;
    fail({.expected = "the machine mounts on DIR" + trial.target + ": a slave sees it, nobody else",
          .seen = "with " + kind + (came ? ", it has come in" : ", it has not come"),
          .evidence = "/proc/PID/mountinfo: " + mount_lines(subject.payload(), "/"),
          .hint = came ? "slave-for-private" : "private-for-slave"});
  }
}

/// FAIL unless the volume's place is this one: as a descriptor shows it or, later, as its mount does.
void expect_place(Trial& trial, const std::string& asked, const std::string& place,
                  const std::string& reads = "") {
  Subject subject = trial.start({"-v", trial.source + ':' + asked});
  const FileId inside = trial.machine.id_of(trial.rootfs.path + place);
  std::string seen = "it has no descriptor of it, and no mount is there";
  std::string hint = "target-not-open";
  if (subject.arrived()) {
    const Mounts mounts = mounts_of(subject.payload());
    const MountInfo* volume = mount_of(mounts, trial.source);
    if (volume != nullptr && volume->target == place) return;
    seen = volume == nullptr ? "SRC is mounted outside DIR: the command has no mount of it"
                             : "SRC is mounted on the command's " + volume->target;
    hint = "link-outside";
  }
  for (const Descriptor& open : descriptors(subject.stands())) {
    if (open.number <= STDERR_FILENO) continue;
    if (open.id == inside && !subject.arrived()) return;
    const bool outside = open.target.starts_with(trial.source + "-outside");
    if (!outside && open.target != trial.rootfs.path + asked) continue;
    seen = "descriptor " + std::to_string(open.number) + " is open on " + open.target;
    hint = outside ? "link-outside" : "link-refused";
  }
  subject.fail_here(
      {.expected = "DST " + asked + reads + " is DIR" + place + ", " + to_text(inside),
       .seen = seen,
       .evidence = "/proc/PID/fd and /proc/PID/mountinfo; DIR is " + trial.rootfs.path,
       .hint = hint,
       .signatures = Consult::always});
}

CHECK_STEP("05.3a", "the target is found in the rootfs", 1, {"05.2"}) {
  Trial trial;
  expect_place(trial, trial.target, trial.target);
}

CHECK_STEP("05.3b", "no link leads it out of there", 3, {"05.3a"}) {
  const auto try_link = [](const auto& asked, const auto& link, const auto& text) {
    Trial trial;  // each place is there twice: in the rootfs, and on the machine
    const std::string place = trial.source + "-outside";
    make_directory(trial.machine, place + "/deep");
    make_directory(trial.machine, trial.rootfs.path + place + "/deep");
    make_link(trial.machine, trial.rootfs.path + link, text + place);
    expect_place(trial, asked, asked == link ? place : place + "/deep",
                 " (there " + link + " is a link that reads " + text + place + ')');
  };
  const std::string link = '/' + random_name();
  try_link(link, link, "");
  try_link(link + "/deep", link, "");
  again_if_busy([&] { try_link(link, link, "../../../../../.."); });
}

/// The command reads this file and finds the word of the source in it; else FAIL with this hint.
void expect_word(const Trial& trial, Subject& subject, const std::string& file,
                 const std::string& hint) {
  const std::string answer = subject.ask("read " + file);
  if (answer == trial.word) return;
  fail({.expected = "the command reads " + trial.word + " in " + file,
        .seen =
            answer.starts_with('!') ? "reading it gives " + answer.substr(1) : "it reads " + answer,
        .evidence = "/proc/PID/mountinfo:\n" + to_text(mounts_of(subject.payload())),
        .hint = hint});
}

CHECK_STEP("05.4a", "the volumes are there", 2, {"05.3"}) {
  Trial trial;
  Subject subject = trial.run({"-v", trial.volume(), "-v", trial.source + ":" + trial.other});
  const Mounts mounts = mounts_of(subject.payload());
  for (const std::string& place : {trial.target, trial.other}) {
    const MountInfo* volume = mount_on(mounts, place);
    if (volume != nullptr && mount_of({*volume}, trial.source) != nullptr) continue;
    fail({.expected = trial.source + " is mounted on the command's " + place,
          .seen = volume == nullptr ? "nothing is mounted there" : "something else is",
          .evidence = "/proc/PID/mountinfo:\n" + to_text(mounts),
          .hint = "no-volume"});
  }
  expect_word(trial, subject, trial.other + "/word", "no-volume");
}

CHECK_STEP("05.4b", "with all that is mounted in it", 2, {"05.4a"}) {
  Trial trial;
  Subject subject = trial.run({"-v", trial.volume()});
  // Under the tmpfs that is mounted there is another file, which it covers.
  expect_word(trial, subject, trial.target + '/' + trial.below + "/word", "not-recursive");
}

CHECK_STEP("05.4c", "a file can be a volume, too", 1, {"05.4a"}) {
  Trial trial;
  const std::string name = '/' + random_name();
  trial.machine.make_file(trial.rootfs.path + name, "");
  Subject subject = trial.run({"-v", trial.source + "/word:" + name});
  expect_word(trial, subject, name, "file-as-target");
}

CHECK_STEP("05.4d", "and none is left, however it ends", 2, {"05.4a"}) {
  Trial trial;
  const KeptMounts kept(trial.machine);
  const Words words = trial.words({"-v", trial.volume()});
  trial.machine.finish(words);
  kept.expect("after the command has ended");
  Subject subject = trial.machine.start(words);
  kept.expect("with the command at work");
  subject.kill();
  subject.wait();
  kept.expect("after your program was killed");
}

CHECK_STEP("05.4e", "and no descriptor of your program's", 1, {"05.4a"}) {
  Trial trial;
  expect_no_descriptors(trial.run({"-v", trial.volume()}), "descriptor-leaked");
}

CHECK_STEP("05.5a", "ro: the volume is read-only", 2, {"05.4"}) {
  Trial trial;
  Subject subject = trial.run({"-v", trial.volume(":ro")});
  expect_read_only(subject, trial.target, "still-writable");
}

CHECK_STEP("05.5b", "and what is mounted in it", 2, {"05.5a"}) {
  Trial trial;
  Subject subject = trial.run({"-v", trial.volume(":ro")});
  expect_read_only(subject, trial.target + '/' + trial.below, "submount-writable",
                   {"nosuid", "nodev"});
}

CHECK_STEP("05.5c", "but nothing else", 2, {"05.5a"}) {
  Trial trial;
  Subject subject = trial.run({"-v", trial.source + ':' + trial.other, "-v", trial.volume(":ro")});
  const std::string answer = subject.ask("write " + trial.other + "/word " + trial.word);
  if (answer == "ok") return;
  fail({.expected = "the same source, a second time and without ro, can be written to",
        .seen = "writing " + trial.other + "/word gives " + answer,
        .evidence = "/proc/PID/mountinfo:\n" + to_text(mounts_of(subject.payload())),
        .hint = "all-read-only"});
}

CHECK_STEP("05.5d", "also where DST is a link", 1, {"05.5a"}) {
  Trial trial;
  const std::string link = '/' + random_name();
  const std::string place = trial.source + '/' + trial.below;  // on the machine it is a mount, too
  make_directory(trial.machine, trial.rootfs.path + place);
  make_link(trial.machine, trial.rootfs.path + link, place);
  Subject subject = trial.run({"-v", trial.source + ':' + link + ":ro"});
  expect_read_only(subject, place, "read-only-elsewhere");
}

CHECK_STEP("05.6", "a tmpfs of 16 MiB", 2, {"05.3"}) {
  Trial trial;
  const std::string link = '/' + random_name();
  const std::string& place = trial.source;  // where the link leads on the machine
  make_directory(trial.machine, trial.rootfs.path + place);
  make_link(trial.machine, trial.rootfs.path + link, place);
  Subject subject = start_with_hints(trial.machine, trial.words({"--tmpfs", link}), {},
                                     {{"ended-early", "tmpfs-refused"}});
  const std::string wanted = "on DST " + link + ", a link that reads " + place + ", a new tmpfs: ";
  const Mounts mounts = mounts_of(subject.payload());
  const MountInfo* tmpfs = mount_on(mounts, place);
  if (tmpfs == nullptr)
    fail({.expected = wanted + "in DIR",
          .seen = "nothing is mounted on the command's " + place,
          .evidence = "/proc/PID/mountinfo:\n" + to_text(mounts),
          .hint = "no-tmpfs"});
  const MountInfo* twin = twin_of(*tmpfs, mounts_of(trial.machine.keeper()));
  const bool is_new = tmpfs->type == "tmpfs" && twin == nullptr;
  const std::string lacks = lacking(*tmpfs, {"rw", "nosuid", "nodev"});
  const bool is_small = tmpfs->super_options.find("size=16384k") != std::string::npos;
  if (is_new && lacks.empty() && is_small) return;
  fail({.expected = wanted + "rw, nosuid, nodev, size=16384k",
        .seen = !is_new          ? "what is mounted there is the machine's"
                : !lacks.empty() ? "it lacks " + lacks
                                 : "it has another size, or none: then half of the memory",
        .evidence = "/proc/PID/mountinfo: " + to_text(*tmpfs) +
                    "; the filesystem's own: " + tmpfs->super_options,
        .hint = !is_new          ? "no-tmpfs"
                : !lacks.empty() ? "tmpfs-flags"
                                 : "tmpfs-size"});
}

}  // namespace
