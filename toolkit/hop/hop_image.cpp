#include "toolkit/hop/hop_image.hpp"

#include <linux/mount.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string_view>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"

extern "C" const char hop_begin[];  // NOLINT: made by embedded.S
extern "C" const char hop_end[];    // NOLINT

namespace toolkit {
namespace {

constexpr unsigned kMfdExec = 0x10;  // MFD_EXEC, Linux 6.3; older headers lack it

std::string_view image() { return {hop_begin, static_cast<std::size_t>(hop_end - hop_begin)}; }

int create_memfd() {
  const int fd = ::memfd_create("hop", MFD_CLOEXEC | MFD_ALLOW_SEALING | kMfdExec);
  if (fd == -1 && errno == EINVAL) return ::memfd_create("hop", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return fd;
}

Fd sealed_memfd(int created) {
  Fd memory(check(created, "memfd_create"));
  write_all(memory, image(), "hop");
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  check(::fcntl(memory.get(), F_ADD_SEALS, kSeals), "fcntl", "F_ADD_SEALS");
  return memory;
}

Fd detached_file() {
  const Fd context(
      static_cast<int>(check(::syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC), "fsopen", "tmpfs")));
  check(::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0),
        "fsconfig");
  const Fd mounted(static_cast<int>(
      check(::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NODEV), "fsmount")));
  {
    const Fd file = open_at(mounted, "hop", O_WRONLY | O_CREAT | O_EXCL, 0555);
    write_all(file, image(), "hop");
  }
  set_attributes(mounted, MOUNT_ATTR_RDONLY, Recurse::no);
  return open_at(mounted, "hop", O_RDONLY);
}

}  // namespace

Fd make_hop() {
  const int created = create_memfd();
  if (created == -1 && errno == EACCES) return detached_file();
  return sealed_memfd(created);
}

}  // namespace toolkit
