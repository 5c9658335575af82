// The main of every lab's checker: `--list`, or the checks of a program, whose results go to a descriptor as lines.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/prctl.h>

#include <array>
#include <cstdio>
#include <optional>
#include <string_view>

#include "toolkit/check/context.hpp"
#include "toolkit/check/report.hpp"
#include "toolkit/check/step.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr int kUsage = 2;
constexpr const char* kUsageText =
    "usage: CHECKER --list\n"
    "       CHECKER --subject PROGRAM --name ARGV0 --probe PROBE [--report FD] [--only ID,ID…] "
    "[--explain] [--until-failure] [--beside ARGV0=PROGRAM]…\n";

/// A lab's work is done by the learner's program, and not by these.
constexpr std::array kProgramsOfOthers{
    "unshare", "nsenter", "setpriv",  "capsh",   "chroot", "pivot_root", "switch_root",    "mount",
    "umount",  "ip",      "ifconfig", "busybox", "bwrap",  "firejail",   "systemd-nspawn", "runc"};

/// False for a word it does not know.
bool read_option(std::string_view option, std::string_view value, Settings& settings) {
  if (option == "--subject") {
    settings.subject = value;
  } else if (option == "--probe") {
    settings.probe = value;
  } else if (option == "--name") {
    settings.name = value;
  } else if (option == "--beside") {
    const std::size_t sign = value.find('=');
    if (sign == value.npos) return false;
    settings.beside.emplace(value.substr(0, sign), value.substr(sign + 1));
  } else if (option == "--report") {
    const std::optional<std::uint32_t> fd = parse_id(value);
    settings.report = fd ? static_cast<int>(*fd) : -1;
    return fd.has_value();
  } else if (option == "--only") {
    for (const std::string_view id : split(value, ',')) settings.only.emplace_back(id);
  } else {
    return false;
  }
  return true;
}

bool read_command_line(int argc, char** argv, Settings& settings) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--list") {
      settings.list = true;
    } else if (word == "--explain") {
      settings.explain = true;
    } else if (word == "--until-failure") {
      settings.until_failure = true;
    } else if (i + 1 == argc || !read_option(word, argv[++i], settings)) {
      return false;
    }
  }
  return settings.list || (!settings.subject.empty() && !settings.probe.empty());
}

int run(int argc, char** argv) {
  if (!read_command_line(argc, argv, context().settings)) {
    std::fputs(kUsageText, stderr);
    return kUsage;
  }
  context().settings.hidden = {kProgramsOfOthers.begin(), kProgramsOfOthers.end()};
  // Orphans of a program come here, where PID 1 of a container may reap nobody. See PR_SET_CHILD_SUBREAPER in prctl(2).
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::signal(SIGPIPE, SIG_IGN);  // a program that closes its streams must not end its checker
  doctest::Context tests;
  tests.setOption("order-by", "name");
  tests.setOption("no-intro", true);
  tests.setOption("minimal", true);
  const int broken = tests.run();
  return broken != 0 || context().failed ? 1 : 0;
}

}  // namespace
}  // namespace toolkit::checks

int main(int argc, char** argv) { return toolkit::checks::run(argc, argv); }
