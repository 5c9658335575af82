#include "toolkit/check/check.hpp"

#include <sys/utsname.h>

namespace {

using namespace toolkit::checks;  // NOLINT: what a check is written with
using toolkit::namespace_id;
using toolkit::Ns;
using toolkit::checks::domainname_of;

constexpr std::size_t kLongest = 64;  // HOST_NAME_MAX, see sethostname(2)
constexpr int kNeverStarted = 125;
constexpr const char* kAsked = "uname(2), after setns(2) into /proc/PAYLOAD/ns/uts";

// Without EINVAL of sethostname: where 65 bytes are tried, that is what it ought to say.
SIGNATURES({"unshare", EINVAL, "unshare-flags"}, {"openat", EROFS, "name-in-a-file"},
           {"openat", EACCES, "name-in-a-file"});

std::vector<std::string> command_line_of(const Machine& machine,
                                         std::vector<std::string> options = {}) {
  options.insert(options.end(), {"--", machine.probe(), machine.word()});
  return options;
}

std::string uts_file(const std::string& of, ino_t inode) {
  return "/proc/" + of + "/ns/uts -> uts:[" + std::to_string(inode) + "]";
}

/// A namespace of another kind that the payload has for itself, or Ns::none.
Ns own_kind(pid_t payload, const Machine& machine) {
  for (const Ns kind : {Ns::mount, Ns::ipc, Ns::net, Ns::cgroup, Ns::user, Ns::pid}) {
    if (namespace_id(payload, kind) != machine.namespace_id(kind)) return kind;
  }
  return Ns::none;
}

/// Which hint answers a host name that is not the one asked for.
std::string wrong_name(const std::string& seen, const std::string& wanted,
                       const std::string& host) {
  if (host == wanted) return "host-renamed";
  return !seen.empty() && wanted.starts_with(seen) ? "name-cut" : "name-not-set";
}

std::string domainname_of(const Machine& machine) {
  return machine.inside(Ns::uts, [] {
    utsname names{};
    ::uname(&names);
    return std::string(names.domainname);
  });
}

std::string names_of(const std::string& host, const std::string& domain) {
  return "host name \"" + host + "\", domain name \"" + domain + '"';
}

/// The command, under a name of as many bytes as there may be.
Subject start_with_longest(Machine& machine, const std::string& option, const std::string& name) {
  try {
    return machine.start(command_line_of(machine, {option, name}));
  } catch (Failed& failed) {
    if (failed.failure.hint == "ended-early") failed.failure.hint = "name-length";
    throw;
  }
}

void expect_whole(const std::string& seen, const std::string& name) {
  if (seen == name) return;
  fail({.expected = "all 64 bytes of \"" + name + '"',
        .seen = std::to_string(seen.size()) + " bytes: \"" + seen + '"',
        .evidence = kAsked,
        .hint = "name-cut"});
}

/// A name that the kernel refuses: the command must not start, and the program must say so.
void expect_refusal(Machine& machine, const std::string& option) {
  const Ended ended = machine.finish(command_line_of(machine, {option, random_name(kLongest + 1)}));
  const std::string expected =
      "65 bytes are one too many: exit 125 and a line on stderr, and no command";
  if (ended.payload) {
    fail({.expected = expected, .seen = "the command ran", .hint = "error-ignored"});
  }
  if (ended.status != kNeverStarted || ended.err.empty()) {
    fail({.expected = expected,
          .seen = "exit " + std::to_string(ended.status) +
                  (ended.err.empty() ? ", nothing on stderr" : ""),
          .evidence = ended.err,
          .hint = "wrong-status"});
  }
}

CHECK_STEP("04.1a", "a UTS namespace of its own", 2, {}) {
  Machine machine;
  const Subject subject = machine.start(command_line_of(machine));
  const ino_t own = namespace_id(subject.payload(), Ns::uts);
  const ino_t machines = machine.namespace_id(Ns::uts);
  if (own != machines) return;
  const Ns other = own_kind(subject.payload(), machine);
  fail({.expected = "the command's UTS namespace is another than the machine's",
        .seen = other == Ns::none ? "the same inode for both"
                                  : std::string("the same inode for both; its ") +
                                        toolkit::proc_name(other) + " namespace is a new one",
        .evidence = uts_file("PAYLOAD", own) + "\n" + uts_file("1", machines),
        .hint = other == Ns::none ? "same-namespace" : "another-kind",
        .signatures = Consult::always});
}

CHECK_STEP("04.1b", "your program stays in the machine's", 1, {"04.1a"}) {
  Machine machine;
  const Subject subject = machine.start(command_line_of(machine));
  const ino_t own = namespace_id(subject.pid(), Ns::uts);
  const ino_t machines = machine.namespace_id(Ns::uts);
  if (own == machines) return;
  fail({.expected = "your program is where it was started: in the machine's UTS namespace",
        .seen = "it has left it, too",
        .evidence = uts_file("YOURS", own) + "\n" + uts_file("1", machines),
        .hint = "runner-moved"});
}

CHECK_STEP("04.1c", "two commands, two namespaces", 1, {"04.1a"}) {
  Machine machine;
  const Subject first = machine.start(command_line_of(machine));
  const Subject second = machine.start(command_line_of(machine));
  const ino_t one = namespace_id(first.payload(), Ns::uts);
  if (one != namespace_id(second.payload(), Ns::uts)) return;
  fail({.expected = "each run makes a namespace for its command alone",
        .seen = "two commands, which run at the same time, share one",
        .evidence = uts_file("FIRST", one) + "\n" + uts_file("SECOND", one),
        .hint = "shared-between"});
}

CHECK_STEP("04.2a", "the host name is the one asked for", 2, {"04.1"}) {
  Machine machine;
  const std::string name = random_name();
  const Subject subject = machine.start(command_line_of(machine, {"--hostname", name}));
  const std::string seen = hostname_of(subject.payload());
  if (seen == name) return;
  const std::string host = machine.hostname();
  fail({.expected = "in the command's namespace uname(2) says \"" + name + '"',
        .seen = "it says \"" + seen + '"',
        .evidence = std::string(kAsked) + "; the machine's own name is \"" + host + '"',
        .hint = wrong_name(seen, name, host),
        .signatures = Consult::always});
}

CHECK_STEP("04.2b", "the machine keeps its name", 2, {"04.2a"}) {
  Machine machine;
  const std::string before = machine.hostname();
  const auto expect_kept = [&](const std::string& when) {
    const std::string now = machine.hostname();
    if (now == before) return;
    fail({.expected = "the machine's host name stays \"" + before + '"',
          .seen = when + " it is \"" + now + '"',
          .evidence = "uname(2), after setns(2) into /proc/1/ns/uts",
          .hint = "host-renamed"});
  };
  Subject subject = machine.start(command_line_of(machine, {"--hostname", random_name()}));
  expect_kept("while the command runs,");
  subject.kill();
  subject.wait();
  expect_kept("after your program was killed,");
}

CHECK_STEP("04.2c", "64 bytes are taken, 65 refused", 1, {"04.2a"}) {
  Machine machine;
  const std::string name = random_name(kLongest);
  {
    const Subject subject = start_with_longest(machine, "--hostname", name);
    expect_whole(hostname_of(subject.payload()), name);
  }
  expect_refusal(machine, "--hostname");
}

CHECK_STEP("04.3a", "the domain name is the one asked for", 2, {"04.2a"}) {
  Machine machine;
  const std::string host = random_name();
  const std::string domain = random_name();
  const Subject subject =
      machine.start(command_line_of(machine, {"--hostname", host, "--domainname", domain}));
  const std::string seen_host = hostname_of(subject.payload());
  const std::string seen_domain = domainname_of(subject.payload());
  if (seen_host == host && seen_domain == domain) return;
  fail({.expected = names_of(host, domain),
        .seen = names_of(seen_host, seen_domain),
        .evidence = kAsked,
        .hint = seen_host == host ? "domain-not-set" : "domain-in-host-name"});
}

CHECK_STEP("04.3b", "64 bytes of a domain name are taken, 65 refused", 1, {"04.3a"}) {
  Machine machine;
  const std::string name = random_name(kLongest);
  {
    const Subject subject = start_with_longest(machine, "--domainname", name);
    expect_whole(domainname_of(subject.payload()), name);
  }
  expect_refusal(machine, "--domainname");
}

CHECK_STEP("04.3c", "what was not asked for stays as it was", 1, {"04.3a"}) {
  Machine machine;
  const auto expect_names = [&machine](const std::vector<std::string>& options,
                                       const std::string& host, const std::string& domain) {
    const Subject subject = machine.start(command_line_of(machine, options));
    const std::string seen =
        names_of(hostname_of(subject.payload()), domainname_of(subject.payload()));
    if (seen == names_of(host, domain)) return;
    fail({.expected = names_of(host, domain) + ": a new namespace is a copy",
          .seen = seen,
          .evidence = kAsked,
          .hint = "not-asked"});
  };
  const std::string host = random_name();
  const std::string domain = random_name();
  expect_names({"--hostname", host}, host, domainname_of(machine));
  expect_names({"--domainname", domain}, machine.hostname(), domain);
  expect_names({}, machine.hostname(), domainname_of(machine));
}

}  // namespace
