// The hop: the last program of ours that a container's process is, before it is the command.
//
// It guarantees that
// - /proc/PID/exe of no process of a container leads to `cooper`: this file lies in a sealed memfd,
//   and what a container could do to that is nothing (CVE-2019-5736);
// - the pipe that carries errors closes with the exec of the command, and tells when that fails;
// - with --init it stays as PID 1: it starts the command, hands signals on, reaps every orphan, and
//   ends with the command's status.
//
// It has no libc: the whole of it is what is read here, and its exec costs next to nothing.
// argv: hop exec|init ERROR-PIPE PATH ARGV0 [ARG…]; the environment is the command's.
#include "toolkit/hop/syscalls.hpp"

namespace {

using namespace hop;

constexpr int kSigKill = 9;
constexpr int kSigChild = 17;
constexpr int kSigStop = 19;
constexpr unsigned long kAllSignals = ~0UL;

int parse_number(const char* text) {
  int number = 0;
  for (; *text >= '0' && *text <= '9'; ++text) number = number * 10 + (*text - '0');
  return number;
}

/// The message that Process::await_exec() reads: errno, "exec\0", the path.
void tell_failure(int pipe, int error, const char* path) {
  struct {
    int number;
    char text[4096 + 5];
  } message;
  message.number = error;
  unsigned length = 0;
  for (const char* word = "exec"; *word != 0; ++word) message.text[length++] = *word;
  message.text[length++] = 0;
  for (; *path != 0 && length < sizeof message.text; ++path) message.text[length++] = *path;
  write(pipe, &message, sizeof message.number + length);
}

[[noreturn]] void become(int pipe, const char* path, char** argv, char** envp) {
  const long error = execve(path, argv, envp);
  tell_failure(pipe, static_cast<int>(-error), path);
  exit(-error == kNoEntry ? 127 : 126);
}

/// In the foreground of its terminal, if there is one, so that Ctrl-C is the command's.
void take_foreground() {
  int group = getpid();
  setpgid(0, 0);
  ioctl(0, kTiocspgrp, &group);
}

/// Reaps all that ended; returns the wait status of `child` once it is among them, else -1.
int reap(int child) {
  int found = -1;
  while (true) {
    int status = 0;
    const long ended = wait4(-1, &status, kNoHang);
    if (ended <= 0) return found;
    if (ended == child) found = status;
  }
}

[[noreturn]] void supervise(int child) {
  while (true) {
    const long signal = next_signal(kAllSignals);
    if (signal == kSigChild) {
      const int status = reap(child);
      if (status == -1) continue;
      const int ended_by = status & 0x7f;
      exit(ended_by != 0 ? 128 + ended_by : (status >> 8) & 0xff);
    }
    if (signal > 0 && signal != kSigKill && signal != kSigStop)
      kill(child, static_cast<int>(signal));
  }
}

[[noreturn]] void stay(int pipe, const char* path, char** argv, char** envp) {
  block_signals(kAllSignals);
  const long child = fork();
  if (child < 0) {
    tell_failure(pipe, static_cast<int>(-child), path);
    exit(125);
  }
  if (child == 0) {
    take_foreground();  // while SIGTTOU is blocked, or asking for it would stop us
    block_signals(0);
    become(pipe, path, argv, envp);
  }
  close(pipe);  // the child's copy alone says when it has exec'ed
  supervise(static_cast<int>(child));
}

}  // namespace

/// Called by _start with the stack as the kernel leaves it: argc, argv, a null, the environment.
extern "C" [[noreturn]] void hop_main(long* stack) {
  const long argc = stack[0];
  char** argv = reinterpret_cast<char**>(stack + 1);
  char** envp = argv + argc + 1;
  if (argc < 5) exit(125);
  const int pipe = parse_number(argv[2]);
  close_on_exec(pipe);
  if (argv[1][0] == 'i') stay(pipe, argv[3], argv + 4, envp);
  become(pipe, argv[3], argv + 4, envp);
}
