#pragma once

#include <elf.h>

#include <cstdint>

namespace toolkit {

/// What the kernel calls the machine this is compiled for; used nowhere but where a number of the
/// architecture is part of an interface (seccomp's AUDIT_ARCH, an image's platform).
struct Arch {
  const char* oci;            ///< as image indexes name it ("amd64")
  std::uint16_t elf_machine;  ///< e_machine of its programs. See elf(5)
};

#if defined(__x86_64__)
inline constexpr Arch kArch{.oci = "amd64", .elf_machine = EM_X86_64};
#elif defined(__aarch64__)
inline constexpr Arch kArch{.oci = "arm64", .elf_machine = EM_AARCH64};
#else
#error "written for x86_64 and aarch64; see toolkit/kernel/arch.hpp"
#endif

}  // namespace toolkit
