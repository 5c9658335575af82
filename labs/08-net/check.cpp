#include "toolkit/check/check.hpp"

#include <linux/capability.h>
#include <net/if.h>

#include "toolkit/check/refusal.hpp"
#include "toolkit/check/sockets.hpp"
#include "toolkit/check/stack.hpp"

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::Fd;
using toolkit::namespace_id;
using toolkit::Ns;
using Words = std::vector<std::string>;

constexpr const char* kDumped = "dumps of links and addresses, in /proc/PID/ns/net";
SIGNATURES({"ioctl", EPERM, "by-ioctl"}, {"unshare", EINVAL, "unshare-flags"},
           {"mount", ENOENT, "keep-by-mount"}, {"linkat", EXDEV, "keep-by-mount"},
           {"link", EXDEV, "keep-by-mount"}, {"umount2", EBUSY, "somebody-has-it"},
           {"unlink", EBUSY, "still-mounted"});

/// A machine on which no program but the learner's speaks to the network stack.
struct Trial {
  Machine machine = Machine();
  std::string file = machine.work("kept-" + random_name());

  Trial() {
    machine.need(Ns::net);
    machine.excuse(file);
  }
  Words arguments(Words options) const {
    options.insert(options.end(), {"--", machine.probe(), machine.word()});
    return options;
  }
  /// As far as it comes, while a later step is open.
  Subject start(const Words& options = {}, Unfinished unfinished = Unfinished::held_or_hanging,
                Hints hints = {}) {
    hints.emplace("hangs", "no-answer");
    const auto calls = InterfaceCalls::refused;
    return start_with_hints(machine, arguments(options),
                            {.unfinished = unfinished, .interface_calls = calls}, hints);
  }
  Subject start_whole(const Words& options, const Hints& hints = {}) {
    return start(options, Unfinished::refused, hints);
  }
  Ended finish(const Words& words, StartOptions options = {}) {
    options.interface_calls = InterfaceCalls::refused;
    return finish_with_hints(machine, words, options, {{"hangs", "no-answer"}});
  }
  ino_t net() const { return machine.namespace_id(Ns::net); }
  std::string links() const { return to_text(links_on(machine)); }
  std::string kept() const { return mounted_text(machine, file); }
};

std::string net_text(ino_t inode) { return "net:[" + std::to_string(inode) + "]"; }

std::string net_files(ino_t one, ino_t machines) {
  return "/proc/PID/ns/net -> " + net_text(one) + "\n/proc/1/ns/net -> " + net_text(machines);
}

CHECK_STEP("08.1a", "a network namespace of its own", 2, {}) {
  Trial trial;
  Subject subject = trial.start();
  const ino_t own = namespace_id(subject.stands(), Ns::net);
  const bool same = own == trial.net();
  const ino_t users = trial.machine.namespace_id(Ns::user);
  if (!same && users == namespace_id(subject.stands(), Ns::user)) return;
  subject.fail_here({.expected = "a network namespace of its own, and the machine's user namespace",
                     .seen = same ? "the machine's network namespace" : "both are new ones",
                     .evidence = net_files(own, trial.net()),
                     .hint = same ? "same-namespace" : "user-too",
                     .signatures = Consult::always});
}

CHECK_STEP("08.1b", "your program stays in the machine's", 1, {"08.1a"}) {
  Trial trial;
  Subject subject = trial.start();
  if (const ino_t own = namespace_id(subject.pid(), Ns::net); own != trial.net()) {
    subject.fail_here({.expected = "your program is where it was started",
                       .seen = "it has left the machine's network namespace, too",
                       .evidence = net_files(own, trial.net()),
                       .hint = "runner-moved"});
  }
}

CHECK_STEP("08.1c", "made for it alone, and empty but for lo", 1, {"08.1a"}) {
  Trial trial;
  lay_cable(trial.machine);
  const std::string name = random_name();
  const Fd listener = socket_on(trial.machine, [&name] { return listen_on_abstract(name); });
  Subject first = trial.start();
  Subject second = trial.start();
  const ino_t own = namespace_id(first.stands(), Ns::net);
  if (own == namespace_id(second.stands(), Ns::net)) {
    first.fail_here({.expected = "two commands that run at the same time have two namespaces",
                     .seen = "both are in " + net_text(own),
                     .evidence = "/proc/PID/ns/net",
                     .hint = "shared-between"});
  }
  const std::vector<Link> links = links_of(first.stands());
  const std::string reached =
      inside(first.stands(), Ns::net, [&name] { return connect_to_abstract(name); });
  if (links.size() == 1 && links.front().name == "lo" && reached == "ECONNREFUSED") return;
  first.fail_here({.expected = "lo alone, and no abstract socket of the machine in reach",
                   .seen = to_text(links) + "; connect(2) to the machine's socket: " + reached,
                   .evidence = kDumped,
                   .hint = "not-empty"});
}

CHECK_STEP("08.2a", "lo is up, with 127.0.0.1/8", 2, {"08.1"}) {
  Trial trial;
  set_link_on(trial.machine, "lo", LinkState::down);
  Subject subject = trial.start();
  const std::vector<Link> links = links_of(subject.stands());
  if (is_up_with(links, "lo", "127.0.0.1/8")) return;
  const bool others = links_on(trial.machine).front().up;
  const std::string more = others ? "; the machine's lo has come up" : "";
  const std::string mute = subject.hangs() ? "no-answer" : "lo-down";
  subject.fail_here({.expected = "lo, up: 127.0.0.1/8",
                     .seen = to_text(links) + more + subject.let_go(),
                     .evidence = kDumped,
                     .hint = others ? "wrong-stack" : mute,
                     .signatures = Consult::always});
}

CHECK_STEP("08.2b", "and with ::1/128", 1, {"08.2a"}) {
  Trial trial;
  need_ipv6_on(trial.machine);
  Subject subject = trial.start();
  if (const auto links = links_of(subject.stands()); !is_up_with(links, "lo", "::1/128"))
    subject.fail_here({.expected = "::1/128, too", .seen = to_text(links), .hint = "lo-down"});
}

CHECK_STEP("08.2c", "the machine's links stay as they were", 2, {"08.2a"}) {
  Trial trial;
  lay_cable(trial.machine);
  set_link_on(trial.machine, "lo", LinkState::down);
  const std::string before = trial.links();
  Subject subject = trial.start();
  if (const std::string now = trial.links(); now != before)
    subject.fail_here({.expected = before, .seen = "now: " + now, .hint = "wrong-stack"});
}

CHECK_STEP("08.3a", "a refusal is told, and the command does not start", 2, {"08.2"}) {
  Trial trial;
  const StartOptions less{.without = {CAP_NET_ADMIN},
                          .confined_by = "setpriv --bounding-set=-net_admin"};
  expect_refusal(trial.finish(trial.arguments({}), less),
                 {.what = "without CAP_NET_ADMIN lo stays down", .error = EPERM});
}

CHECK_STEP("08.3b", "it reaches itself, and nobody else", 2, {"08.3a"}) {
  Trial trial;
  const int port = random_number(2000, 60000);
  const std::string name = random_name();
  const Fd tcp = socket_on(trial.machine, [port] { return listen_on(port); });
  const Fd abstract = socket_on(trial.machine, [&name] { return listen_on_abstract(name); });
  Subject subject = trial.start_whole({}, {{"ended-early", "wrong-reason"}});
  const std::string theirs = std::to_string(port);
  const std::string own = std::to_string(port + 1);
  expect_answers(subject,
                 {{"tcp-connect " + theirs, "ECONNREFUSED"},
                  {"abstract-connect " + name, "ECONNREFUSED"},
                  {"tcp-listen " + own, "ok"},
                  {"tcp-connect " + own, "ok"}},
                 "not-empty");
  const auto back = trial.machine.inside(Ns::net, [port] { return connect_to(port + 1); });
  if (back == "ECONNREFUSED") return;
  fail({.expected = "nobody from outside comes in", .seen = back, .hint = "not-empty"});
}

CHECK_STEP("08.4a", "a device of the machine moves in, and is up", 3, {"08.3"}) {
  Trial trial;
  const Cable cable = lay_cable(trial.machine);
  Subject subject = trial.start_whole({"--device", cable.here}, {{"ended-early", "not-moved"}});
  const std::vector<Link> links = links_of(subject.payload());
  const Link* device = link_named(links, cable.here);
  const bool left = link_named(links_on(trial.machine), cable.here) == nullptr;
  const bool stays = link_named(links_on(trial.machine), cable.there) != nullptr;
  if (device != nullptr && device->up && left && stays) return;
  fail({.expected = cable.here + " is in the command's namespace and up; " + cable.there +
                    " is still the machine's",
        .seen = "in there: " + to_text(links) + "\non the machine: " + trial.links(),
        .evidence = kDumped,
        .hint = device == nullptr ? "not-moved" : (left && stays ? "moved-down" : "wrong-device")});
}

CHECK_STEP("08.4b", "what can't move is a refusal, too", 1, {"08.4a"}) {
  Trial trial;
  const auto expect = [&trial](const std::string& name, const std::string& what, int why) {
    expect_refusal(trial.finish(trial.arguments({"--device", name})), {.what = what, .error = why});
  };
  expect("n" + random_name(), "there is no such device", ENODEV);
  expect("lo", "lo belongs to its namespace", EINVAL);
  lay_cable_named_lo(trial.machine);
  expect("lo", "this lo is a cable, and there is a lo where it is to go", EEXIST);
}

CHECK_STEP("08.4c", "it keeps its other flags", 1, {"08.4a"}) {
  Trial trial;
  const std::string name = lay_cable(trial.machine).here;
  raise_flags_on(trial.machine, name, IFF_NOARP);
  const std::string had = settings_of(links_on(trial.machine), name);
  const Subject subject = trial.start_whole({"--device", name});
  const std::string has = settings_of(links_of(subject.payload()), name);
  if (had == has) return;
  fail({.expected = name + " is up, and keeps " + had, .seen = has, .hint = "flags-cleared"});
}

/// Runs the program with --persist and gives the namespace its command was in, which has ended.
ino_t persist(Trial& trial) {
  Subject subject = trial.start_whole({"--persist", trial.file});
  const ino_t own = namespace_id(subject.payload(), Ns::net);
  subject.tell("exit 0");
  subject.wait();
  return own;
}

CHECK_STEP("08.5a", "a file keeps the namespace when all have left", 3, {"08.3"}) {
  Trial trial;
  const std::string expected = net_text(persist(trial)) + ", a nsfs";
  const std::string seen = trial.kept();
  const std::size_t others = trial.machine.processes().size();
  if (seen == expected && others == 0) return;
  fail({.expected = "on " + trial.file + ", when the command has ended: " + expected,
        .seen = seen + ", and " + std::to_string(others) + " processes",
        .evidence = "/proc/1/mountinfo",
        .hint = seen.starts_with("net:[") ? "kept-another" : "not-kept",
        .signatures = Consult::always});
}

CHECK_STEP("08.5b", "a file that is there already is left alone", 1, {"08.5a"}) {
  Trial trial;
  trial.machine.make_file(trial.file, "wine");
  expect_refusal(
      trial.finish(trial.arguments({"--persist", trial.file})),
      {.what = trial.file + " is there", .error = EEXIST, .hint_when_run = "took-a-file"});
}

CHECK_STEP("08.6a", "another command runs in a namespace that was kept", 2, {"08.5"}) {
  Trial trial;
  const ino_t kept = persist(trial);
  Subject subject = trial.start_whole({"--join", trial.file});
  const ino_t own = namespace_id(subject.payload(), Ns::net);
  const bool stays = namespace_id(subject.pid(), Ns::net) == trial.net();
  const auto links = links_of(subject.payload());
  if (own == kept && stays && is_up_with(links, "lo", "127.0.0.1/8")) return;
  fail({.expected = "the command is in " + net_text(kept) + ", and your program is not",
        .seen = stays ? "the command is in " + net_text(own) : "your program has moved",
        .evidence = net_files(own, trial.net()),
        .hint = stays ? "not-joined" : "runner-moved"});
}

CHECK_STEP("08.6b", "and in no namespace of another kind", 1, {"08.6a"}) {
  Trial trial;
  keep_namespace_on(trial.machine, Ns::uts, trial.file);
  expect_refusal(trial.finish(trial.arguments({"--join", trial.file})),
                 {.what = trial.file + " is a UTS namespace",
                  .error = EINVAL,
                  .hint_when_run = "joined-any-kind"});
}

CHECK_STEP("08.7a", "--rm lets it go, even where somebody has it open", 2, {"08.5"}) {
  Trial trial;
  persist(trial);
  const Fd held = opened_on(trial.machine, trial.file);
  const Ended ended = trial.finish({"--rm", trial.file});
  const bool there = trial.machine.exists(trial.file);
  if (ended.status == 0 && !there) return;
  expect_written(ended.err);
  fail({.expected = "exit 0; nothing is mounted on " + trial.file + ", and it is gone",
        .seen = "exit " + std::to_string(ended.status) + "; " + trial.kept() +
                (there ? ", and it is there" : ""),
        .evidence = ended.err,
        .hint = mounted_on(trial.machine, trial.file) ? "somebody-has-it" : "file-left",
        .signatures = Consult::always});
}

CHECK_STEP("08.7b", "a file that keeps no network stays as it is", 2, {"08.7a"}) {
  for (const std::string what : {"an ordinary file", "a file below another", "a UTS namespace"}) {
    Trial trial;
    if (what == "an ordinary file") trial.machine.make_file(trial.file, "wine");
    if (what == "a file below another") bind_on(trial.machine, trial.machine.probe(), trial.file);
    if (what == "a UTS namespace") keep_namespace_on(trial.machine, Ns::uts, trial.file);
    const std::string before = trial.kept();
    const Ended ended = trial.finish({"--rm", trial.file});
    const bool gone = !trial.machine.exists(trial.file);
    if (!gone && trial.kept() == before && ended.status != 0) continue;
    fail({.expected = trial.file + ", " + what + ", stays, and the status is not 0",
          .seen = (gone ? "it is gone" : trial.kept()) + ", exit " + std::to_string(ended.status),
          .evidence = ended.err,
          .hint = what == "an ordinary file" ? "removed-a-file" : "removed-another-mount"});
  }
}

}  // namespace
