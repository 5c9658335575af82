#pragma once

#include <sys/syscall.h>

// System calls without a libc, for the hop alone. Each returns what the kernel does: a result, or -errno.
namespace hop {

#if defined(__x86_64__)
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  long result = 0;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
               : "rcx", "r11", "memory");
  return result;
}
// The kernel enters with the stack pointer at argc; a function wants it aligned below a return address.
asm(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall "
    "hop_main\n");
#elif defined(__aarch64__)
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}
asm(".globl _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n\tand sp, x0, #-16\n\tbl hop_main\n");
#else
#error "written for x86_64 and aarch64"
#endif

template <typename T>
long address(T* pointer) {
  return reinterpret_cast<long>(pointer);
}

constexpr long kNoEntry = 2;  // ENOENT
constexpr int kNoHang = 1;    // WNOHANG
constexpr long kTiocspgrp = 0x5410;
constexpr long kSetMask = 2;  // SIG_SETMASK
constexpr long kSigsetSize = 8;

[[noreturn]] inline void exit(long status) {
  while (true) call(SYS_exit_group, status);
}
inline long execve(const char* path, char** argv, char** envp) {
  return call(SYS_execve, address(path), address(argv), address(envp));
}
inline long write(int fd, const void* data, unsigned long size) {
  return call(SYS_write, fd, address(data), static_cast<long>(size));
}
inline void close(int fd) { call(SYS_close, fd); }
inline void close_on_exec(int fd) { call(SYS_fcntl, fd, /* F_SETFD */ 2, /* FD_CLOEXEC */ 1); }
inline long fork() { return call(SYS_clone, /* SIGCHLD */ 17); }
inline int getpid() { return static_cast<int>(call(SYS_getpid)); }
inline void setpgid(int pid, int group) { call(SYS_setpgid, pid, group); }
inline void ioctl(int fd, long request, int* argument) {
  call(SYS_ioctl, fd, request, address(argument));
}
inline void kill(int pid, int signal) { call(SYS_kill, pid, signal); }
inline long wait4(int pid, int* status, int options) {
  return call(SYS_wait4, pid, address(status), options);
}
inline void block_signals(unsigned long mask) {
  call(SYS_rt_sigprocmask, kSetMask, address(&mask), 0, kSigsetSize);
}
/// Waits for one of these signals; -EINTR when the kernel was interrupted otherwise.
inline long next_signal(unsigned long mask) {
  return call(SYS_rt_sigtimedwait, address(&mask), 0, 0, kSigsetSize);
}

}  // namespace hop
