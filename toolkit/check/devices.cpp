#include "toolkit/check/devices.hpp"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/proc.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::checks {
namespace {

constexpr std::string_view kPrefix = "cooperage-check-";

/// Where the v2 hierarchy is mounted, if it is.
std::string hierarchy() {
  for (const MountInfo& mount : parse_mounts(read_file("/proc/self/mountinfo"))) {
    if (mount.type == "cgroup2" && mount.root == "/") return mount.target;
  }
  return {};
}

/// The time a process was started, in ticks since the boot: with its number it is never another's.
std::string start_time(pid_t pid) { return std::to_string(process_stat(pid).start_time); }

std::string boot() { return read_file("/proc/sys/kernel/random/boot_id").substr(0, 8); }

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

/// The pid namespace that a group's number of a process belongs to.
std::string numbers_of() { return std::to_string(namespace_id(::getpid(), Ns::pid)); }

/// Has the maker of a group ended? Its name tells: PREFIX boot - pid namespace - pid - start. Of another
/// pid namespace nothing is known.
bool is_abandoned(const std::string& name) {
  const std::vector<std::string_view> fields =
      split(std::string_view(name).substr(kPrefix.size()), '-');
  if (fields.size() < 4 || fields[0] != boot()) return true;
  if (fields[1] != numbers_of()) return false;
  try {
    return start_time(static_cast<pid_t>(parse_id(fields[2]).value_or(0))) != fields[3];
  } catch (const SystemError&) {
    return true;
  }
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
  sweep_groups();
  static int count = 0;
  const pid_t self = ::getpid();
  DeviceFence fence(above + '/' + std::string(kPrefix) + boot() + '-' + numbers_of() + '-' +
                    std::to_string(self) + '-' + start_time(self) + '-' + std::to_string(count++));
  if (::mkdir(fence.path_.c_str(), 0755) == -1) {
    fence.path_.clear();
    return {};
  }
  attach_fence(fence.path_);
  return fence;
}

void DeviceFence::add(pid_t pid) const { write_file(path_ + "/cgroup.procs", std::to_string(pid)); }

void sweep_groups() {
  const std::string above = hierarchy();
  if (above.empty()) return;
  for (const auto& entry : std::filesystem::directory_iterator(above)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(kPrefix) && is_abandoned(name)) ::rmdir(entry.path().c_str());
  }
}

}  // namespace toolkit::checks
