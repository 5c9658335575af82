#include "toolkit/check/probe/commands.hpp"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>

#include "toolkit/check/probe/escape.hpp"
#include "toolkit/check/probe/files.hpp"
#include "toolkit/check/probe/orphans.hpp"
#include "toolkit/check/probe/signals.hpp"
#include "toolkit/check/probe/sockets.hpp"

namespace toolkit::probe {
namespace {

/// What a command gets: the text behind its name, which ends with a zero byte.
struct Call {
  const Arguments& arguments;
  const char* rest;
  Text& answer;

  [[nodiscard]] int number() const noexcept { return parse_int(rest); }
  void invalid() const noexcept { answer.add("!EINVAL"); }
};

void do_exit(const Call& call) {
  if (call.number() >= 0) ::_exit(call.number());
  call.invalid();
}

void do_kill(const Call& call) {
  if (call.number() < 1 || call.number() >= NSIG) return call.invalid();
  die_of(call.number());
  call.answer.add("alive");
}

void do_catch(const Call& call) {
  if (call.number() < 1 || call.number() >= NSIG) return call.invalid();
  call.answer.add_result(catch_signal(call.number()));
}

void do_caught(const Call& call) {
  if (!is_caught(call.number())) return call.invalid();
  call.answer.add(static_cast<unsigned long>(times_caught(call.number())));
}

void do_await(const Call& call) {
  if (!is_caught(call.number())) return call.invalid();
  if (await_signal(call.number(), kSocket) == Came::nobody_asks_any_more) ::_exit(0);
  call.answer.add("ok");
}

void do_hostname(const Call& call) {
  utsname names{};
  ::uname(&names);
  call.answer.add_one_line(names.nodename);
}

void do_domainname(const Call& call) {
  utsname names{};
  ::uname(&names);
  call.answer.add_one_line(names.domainname);
}

void do_getpid(const Call& call) { call.answer.add_pid(::getpid()); }

/// The kernel's own answer: "(unreachable)/…" for a directory outside of the root. See getcwd(2).
void do_cwd(const Call& call) {
  std::array<char, PATH_MAX> path{};
  if (::syscall(SYS_getcwd, path.data(), path.size()) == -1) {
    call.answer.add_errno(errno);
  } else {
    call.answer.add_one_line(path.data());
  }
}

void try_open(int directory, const char* path, Text& answer) {
  const int fd = ::openat(directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  answer.add_result(fd);
  if (fd != -1) ::close(fd);
}

void do_open(const Call& call) { try_open(AT_FDCWD, call.rest, call.answer); }

void do_openat(const Call& call) {
  std::string_view rest = call.rest;
  const int directory = parse_int(take_word(rest));
  if (directory < 0 || rest.empty()) return call.invalid();
  try_open(directory, rest.data(), call.answer);
}

void do_read(const Call& call) {
  Text line;
  if (read_first_line(AT_FDCWD, call.rest, line) == -1) {
    call.answer.add_failure();
  } else {
    call.answer.add(line.view());
  }
}

void do_stat(const Call& call) {
  if (describe(call.rest, call.answer) == -1) call.answer.add_failure();
}

void do_owner(const Call& call) {
  struct stat entry {};
  if (::stat(call.rest, &entry) == -1) return static_cast<void>(call.answer.add_failure());
  call.answer.add(static_cast<unsigned long>(entry.st_uid)).add(" ");
  call.answer.add(static_cast<unsigned long>(entry.st_gid));
}

void do_chown(const Call& call) {
  std::string_view rest = call.rest;
  const int owner = parse_int(take_word(rest));
  if (owner < 0 || rest.empty()) return call.invalid();
  const auto id = static_cast<uid_t>(owner);
  call.answer.add_result(::chown(rest.data(), id, id));
}

/// May it send a signal? None is sent. See kill(2).
void do_may_signal(const Call& call) {
  if (call.number() < 1) return call.invalid();
  call.answer.add_result(::kill(call.number(), 0));
}

void do_list(const Call& call) {
  if (list(call.rest, call.answer) == -1) call.answer.add_failure();
}

void do_write(const Call& call) {
  std::string_view rest = call.rest;
  Text path;
  path.add(take_word(rest));
  call.answer.add_result(write_text(path.path(), rest));
}

void do_sethostname(const Call& call) {
  call.answer.add_result(::sethostname(call.rest, ::strlen(call.rest)));
}

void do_mount_tmpfs(const Call& call) {
  call.answer.add_result(::mount("tmpfs", call.rest, "tmpfs", 0, nullptr));
}

void do_tcp_listen(const Call& call) { call.answer.add_result(listen_on(call.number())); }
void do_tcp_connect(const Call& call) { call.answer.add_result(connect_to(call.number())); }
void do_abstract_connect(const Call& call) {
  call.answer.add_result(connect_to_abstract(call.rest));
}

/// The child holds no end of the socket: who asks must see when the probe itself has gone.
void do_fork(const Call& call) {
  const pid_t child = fork_forgetting();
  if (child == 0) {
    ::syscall(SYS_close_range, 0, ~0U, 0);
    for (;;) ::pause();
  }
  if (child == -1) {
    call.answer.add_failure();
  } else {
    call.answer.add_pid(child);
  }
}

void do_orphans(const Call& call) {
  if (call.number() < 1) return call.invalid();
  const int made = leave_orphans(call.number());
  if (made == -1) return static_cast<void>(call.answer.add_failure());
  call.answer.add(static_cast<unsigned long>(made));
}

void do_argv(const Call& call) {
  const int index = call.number();
  if (index < 0 || index >= call.arguments.count) return call.invalid();
  call.answer.add_one_line(call.arguments.values[index]);
}

void do_env(const Call& call) {
  const char* value = ::getenv(call.rest);
  call.answer.add_one_line(value != nullptr ? value : "!unset");
}

void do_escape(const Call& call) { escape(call.rest, call.answer); }
void do_escape_dot_dot(const Call& call) { escape(Way::dot_dot, call.rest, call.answer); }
void do_escape_chroot(const Call& call) { escape(Way::chroot, call.rest, call.answer); }
void do_escape_descriptor(const Call& call) { escape(Way::descriptor, call.rest, call.answer); }
void do_escape_proc(const Call& call) { escape(Way::proc, call.rest, call.answer); }

enum class Needs { nothing, text };

struct Command {
  std::string_view name;
  Needs needs;
  void (*run)(const Call& call);
};

constexpr std::array<Command, 32> kCommands = {{
    {"exit", Needs::text, do_exit},
    {"kill", Needs::text, do_kill},
    {"catch", Needs::text, do_catch},
    {"caught", Needs::text, do_caught},
    {"await", Needs::text, do_await},
    {"hostname", Needs::nothing, do_hostname},
    {"domainname", Needs::nothing, do_domainname},
    {"getpid", Needs::nothing, do_getpid},
    {"cwd", Needs::nothing, do_cwd},
    {"open", Needs::text, do_open},
    {"openat", Needs::text, do_openat},
    {"read", Needs::text, do_read},
    {"stat", Needs::text, do_stat},
    {"owner", Needs::text, do_owner},
    {"chown", Needs::text, do_chown},
    {"may-signal", Needs::text, do_may_signal},
    {"list", Needs::text, do_list},
    {"write", Needs::text, do_write},
    {"sethostname", Needs::text, do_sethostname},
    {"mount-tmpfs", Needs::text, do_mount_tmpfs},
    {"tcp-listen", Needs::text, do_tcp_listen},
    {"tcp-connect", Needs::text, do_tcp_connect},
    {"abstract-connect", Needs::text, do_abstract_connect},
    {"fork", Needs::nothing, do_fork},
    {"orphans", Needs::text, do_orphans},
    {"argv", Needs::text, do_argv},
    {"env", Needs::text, do_env},
    {"escape", Needs::text, do_escape},
    {"escape-dot-dot", Needs::text, do_escape_dot_dot},
    {"escape-chroot", Needs::text, do_escape_chroot},
    {"escape-descriptor", Needs::text, do_escape_descriptor},
    {"escape-proc", Needs::text, do_escape_proc},
}};

void add_fact(std::string_view name, void (*run)(const Call&), const char* rest, Text& text) {
  text.add(name);
  run({.arguments = {}, .rest = rest, .answer = text});
  text.add("\n");
}

}  // namespace

void run_command(const Arguments& arguments, char* line, Text& answer) noexcept {
  std::string_view rest = line;
  const std::string_view name = take_word(rest);
  for (const Command& command : kCommands) {
    if (command.name != name || rest.empty() != (command.needs == Needs::nothing)) continue;
    command.run({.arguments = arguments, .rest = rest.data(), .answer = answer});
    return;
  }
  answer.add("!EINVAL");
}

void introduce(const Arguments& arguments, Text& text) noexcept {
  text.add("arguments  ");
  for (int i = 0; i < arguments.count; ++i) {
    text.add(i == 0 ? "" : " ").add_one_line(arguments.values[i]);
  }
  text.add("\npid        ").add_pid(::getpid()).add(", its parent ").add_pid(::getppid());
  text.add("\nuser       ").add(::getuid()).add(", group ").add(::getgid()).add("\n");
  add_fact("host name  ", do_hostname, "", text);
  add_fact("domain     ", do_domainname, "", text);
  add_fact("directory  ", do_cwd, "", text);
  add_fact("root       ", do_stat, "/", text);
  add_fact("in it      ", do_list, "/", text);
}

}  // namespace toolkit::probe
