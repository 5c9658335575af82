#include "toolkit/check/devices.hpp"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "toolkit/check/group_names.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"

namespace toolkit::checks {
namespace {

/// Where the v2 hierarchy is mounted, if it is.
std::string hierarchy() {
  for (const MountInfo& mount : parse_mounts(read_file("/proc/self/mountinfo"))) {
    if (mount.type == "cgroup2" && mount.root == "/") return mount.target;
  }
  return {};
}

bpf_insn instruction(std::uint8_t code, std::uint8_t to, std::uint8_t from, std::int16_t offset,
                     std::int32_t value) {
  bpf_insn made{};
  made.code = code;
  made.dst_reg = to & 0xfU;  // four bits wide
  made.src_reg = from & 0xfU;
  made.off = offset;
  made.imm = value;
  return made;
}

/// Reads the number of a device into register `to`; the context is that of bpf_cgroup_dev_ctx.
bpf_insn load(std::uint8_t to, std::int16_t offset) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, to, BPF_REG_1, offset, 0);
}
bpf_insn skip_unless(std::uint8_t which, std::int32_t value, std::int16_t forward) {
  return instruction(BPF_JMP | BPF_JNE | BPF_K, which, 0, forward, value);
}

/// Making any node is allowed, opening these: null zero full random urandom, tty ptmx, terminals, fuse, tun.
std::vector<bpf_insn> program() {
  struct Allowed {
    std::int32_t major, minor;  // -1: any
  };
  constexpr std::array<Allowed, 10> kAllowed{
      {{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 2}, {136, -1}, {10, 229}, {10, 200}}};
  std::vector<bpf_insn> code{load(BPF_REG_2, 0), load(BPF_REG_3, 4), load(BPF_REG_4, 8)};
  const auto leave = [&code](std::int32_t answer) {
    code.push_back(instruction(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, answer));
    code.push_back(instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
  };
  // access_type: the type of the device in the low half, what is asked (mknod 1, read 2, write 4) in the high one.
  code.push_back(instruction(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_5, BPF_REG_2, 0, 0));
  code.push_back(instruction(BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_5, 0, 0, 16));
  code.push_back(skip_unless(BPF_REG_5, BPF_DEVCG_ACC_MKNOD, 2));
  leave(1);
  code.push_back(instruction(BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xffff));
  code.push_back(instruction(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_2, 0, 2, BPF_DEVCG_DEV_CHAR));
  leave(0);
  for (const Allowed& device : kAllowed) {
    code.push_back(skip_unless(BPF_REG_3, device.major, device.minor < 0 ? 2 : 3));
    if (device.minor >= 0) code.push_back(skip_unless(BPF_REG_4, device.minor, 2));
    leave(1);
  }
  leave(0);
  return code;
}

Fd bpf(int command, bpf_attr& attributes, const char* name) {
  return Fd(static_cast<int>(
      check(::syscall(SYS_bpf, command, &attributes, sizeof attributes), "bpf", name)));
}

void attach_fence(const std::string& group) {
  const std::vector<bpf_insn> code = program();
  static constexpr std::array kLicense{'M', 'I', 'T', '\0'};
  bpf_attr load{};
  load.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  load.insns = reinterpret_cast<std::uintptr_t>(code.data());  // NOLINT: the kernel's interface
  load.insn_cnt = static_cast<std::uint32_t>(code.size());
  load.license =
      reinterpret_cast<std::uintptr_t>(kLicense.data());  // NOLINT: the kernel's interface
  const Fd loaded = bpf(BPF_PROG_LOAD, load, "BPF_PROG_LOAD");
  const Fd directory = open_file(group, O_RDONLY | O_DIRECTORY);
  bpf_attr attach{};
  attach.target_fd = static_cast<std::uint32_t>(directory.get());
  attach.attach_bpf_fd = static_cast<std::uint32_t>(loaded.get());
  attach.attach_type = BPF_CGROUP_DEVICE;
  check(::syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof attach), "bpf", "BPF_PROG_ATTACH");
}

}  // namespace

DeviceFence::DeviceFence(std::string path) : path_(std::move(path)) {}
DeviceFence::DeviceFence(DeviceFence&& other) noexcept : path_(std::exchange(other.path_, {})) {}

DeviceFence::~DeviceFence() {
  if (!path_.empty()) ::rmdir(path_.c_str());
}

std::optional<DeviceFence> DeviceFence::make() {
  const std::string above = hierarchy();
  if (above.empty()) return {};
  sweep_groups_in(above);
  DeviceFence fence(above + '/' + new_group_name());
  if (::mkdir(fence.path_.c_str(), 0755) == -1) {
    fence.path_.clear();
    return {};
  }
  attach_fence(fence.path_);
  return fence;
}

void DeviceFence::add(pid_t pid) const { write_file(path_ + "/cgroup.procs", std::to_string(pid)); }

}  // namespace toolkit::checks
