// Programs that lay hands on the payload, or speak in its place.
#include <elf.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "toolkit/check/test_subject.hpp"

namespace hostile {
namespace {

/// Says a line with another process's number on it, as the machine's root may.
void say_as(pid_t pid, const std::string& line) {
  std::string text = line + '\n';
  iovec part{.iov_base = text.data(), .iov_len = text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> extra{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = extra.data();
  header.msg_controllen = extra.size();
  cmsghdr* control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_CREDENTIALS;
  control->cmsg_len = CMSG_LEN(sizeof(ucred));
  const ucred forged{.pid = pid, .uid = ::getuid(), .gid = ::getgid()};
  std::memcpy(CMSG_DATA(control), &forged, sizeof forged);
  tried(::sendmsg(STDOUT_FILENO, &header, MSG_NOSIGNAL));
}

std::string hello(const Job& job) { return std::string("hello ") + job.command[1] + " 1"; }

/// What a payload that was isolated would answer.
std::string answer_to(const Job& job, std::string_view command) {
  if (command.rfind("argv 1", 0) == 0) return job.command[1];
  if (command.rfind("hostname", 0) == 0) return job.hostname;
  return "ok";
}

/// A payload that hears and says nothing: its standard output is a socket, and not the checker's.
pid_t start_mute(const Job& job) {
  std::array<int, 2> ends{};
  ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data());
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execv(job.command[0], job.command);
  }
  std::array<char, 64> line{};
  tried(::read(ends[0], line.data(), line.size()));
  return child;
}

int answer_as(const Job& job, pid_t payload, int flags) {
  std::array<char, 512> line{};
  while (true) {
    const ssize_t got = ::recv(STDOUT_FILENO, line.data(), line.size(), flags);
    if (got <= 0) return 1;
    const std::string_view command(line.data(), static_cast<std::size_t>(got));
    if (command.rfind("exit ", 0) == 0) {
      ::kill(payload, SIGKILL);
      return std::atoi(&line[5]);
    }
    say_as(payload, answer_to(job, command));
    if (flags != 0) ::usleep(1000);
  }
}

int forge_pid(const Job& job) {
  const pid_t payload = start_mute(job);
  say_as(payload, hello(job));
  return answer_as(job, payload, 0);
}

/// Isolated, so that all the kernel tells is right; but the answers are not the payload's.
int forge_answers(const Job& job) {
  isolate(job);
  return forge_pid(job);
}

/// The payload is the real one, with the real socket, and is kept from reading.
int answer_in_its_place(const Job& job) {
  isolate(job);
  const pid_t payload = start(job.command);
  constexpr useconds_t kHello = 50000;
  ::usleep(kHello);
  ::kill(payload, SIGSTOP);
  return answer_as(job, payload, 0);
}

/// What was asked is left to the payload, which answers too.
int answer_before_it(const Job& job) {
  const pid_t payload = start(job.command);
  for (const char* answer :
       std::initializer_list<const char*>{job.command[1], job.command[1], job.hostname}) {
    say_as(payload, answer);
  }
  return status_of(payload);
}

int forge_others(const Job& job) {
  for (const pid_t pid : {1, ::getpid(), 2, 3}) say_as(pid, hello(job));
  return do_it_well(job);
}

int trace_payload(const Job& job) {
  const pid_t payload = ::fork();
  if (payload == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::execv(job.command[0], job.command);
  }
  int status = 0;
  while (::waitpid(payload, &status, 0) == payload && WIFSTOPPED(status)) {
    ::ptrace(PTRACE_CONT, payload, nullptr, nullptr);
  }
  return WEXITSTATUS(status);
}

/// Changes the payload's program in memory and lets it go, before it says its first word.
int change_payload(const Job& job) {
  isolate(job);
  const pid_t payload = ::fork();
  if (payload == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::execv(job.command[0], job.command);
  }
  int status = 0;
  ::waitpid(payload, &status, 0);
  std::ifstream maps("/proc/" + std::to_string(payload) + "/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("r-xp") == line.npos || line.find(job.command[0]) == line.npos) continue;
    const unsigned long end = std::strtoul(&line[line.find('-') + 1], nullptr, 16);
    ::ptrace(PTRACE_POKETEXT, payload, end - 16, 0x1122334455667788);  // behind the last function
    break;
  }
  ::ptrace(PTRACE_DETACH, payload, nullptr, nullptr);
  return status_of(payload);
}

int keep_it_stopped(const Job& job) {
  isolate(job);
  const pid_t payload = start(job.command);
  ::kill(payload, SIGSTOP);
  return status_of(payload);
}

/// Writes the word, and the probe's path, over its own arguments.
int change_arguments(const Job& job) {
  const std::string word = job.command[1];
  std::string text = std::string(job.command[0]) + '\0' + word + '\0';
  auto* start = const_cast<char*>(job.name);  // NOLINT: argv[0] is ours to write
  std::memcpy(start, text.data(), text.size());
  ::prctl(PR_SET_NAME, "probe", 0, 0, 0);
  tried(::write(STDOUT_FILENO, ("hello " + word + " 2\n").c_str(), word.size() + 9));
  while (true) ::pause();
}

constexpr std::array kAll = std::to_array<Behaviour>({
    {"forges-the-pid", forge_pid},
    {"forges-the-answers", forge_answers},
    {"answers-in-its-place", answer_in_its_place},
    {"answers-before-it", answer_before_it},
    {"forges-other-pids", forge_others},
    {"traces-the-payload", trace_payload},
    {"changes-the-payload", change_payload},
    {"keeps-it-stopped", keep_it_stopped},
    {"changes-its-arguments", change_arguments},
});

}  // namespace

std::span<const Behaviour> payload_cheats() { return kAll; }

}  // namespace hostile
