#include "toolkit/course/play/playground.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "toolkit/check/context.hpp"
#include "toolkit/course/workshop.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace toolkit::course {
namespace {

constexpr const char* kBusybox = "/bin/busybox";

void make_machine(std::optional<checks::Machine>& machine) {
  try {
    machine.emplace(checks::MachineOptions{.groups = checks::Groups::own});  // where it can be
  } catch (const SystemError& error) {
    throw std::runtime_error(fmt::format(
        "no machine can be made here: {}; ./lab doctor tells what forbids it", error.what()));
  }
}

void write_new(const std::string& path, std::string_view content, mode_t mode) {
  const Fd file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode);
  write_all(file, content, path);
}

/// In the machine's mounts, as its root.
void fill_root(const std::string& path) {
  for (const char* name : {"/bin", "/dev", "/etc", "/lib", "/proc", "/root", "/sbin", "/sys",
                           "/usr/bin", "/usr/sbin", "/var"}) {
    make_directories(path + name);
  }
  for (const char* name : {"/tmp", "/w"}) {
    make_directories(path + name);
    check(::chmod((path + name).c_str(), 01777), "chmod", path + name);
  }
  write_new(path + "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n", 0644);
  write_new(path + "/etc/group", "root:x:0:\n", 0644);
  write_new(path + "/probe", read_file("/w/probe"), 0755);
  if (::access(kBusybox, X_OK) == 0) {
    write_new(path + kBusybox, read_file(kBusybox), 0755);
  }
}

/// Busybox knows its applets, and makes a link for each.
void install_applets(const checks::Machine& machine, const std::string& path) {
  Process installer = machine.spawn([&] {
    check(::chroot(path.c_str()), "chroot", path);
    check(::chdir("/"), "chdir", "/");
    const std::array<const char*, 4> words = {kBusybox, "--install", "-s", nullptr};
    std::array<char*, 4> argv{};
    for (std::size_t i = 0; i < words.size(); ++i) argv.at(i) = const_cast<char*>(words.at(i));
    ::execv(kBusybox, argv.data());
    ::_exit(1);  // a dynamic one lacks its libraries here
  });
  if (installer.wait().shell_code() == 0) return;
  static_cast<void>(machine.inside(Ns::mount, [&] {
    ::unlink((path + kBusybox).c_str());
    return std::string();
  }));
}

}  // namespace

std::string compiled_program(const Tree& tree, const Lab& lab) {
  const Built built =
      compile(tree, lab, tree.source / lab.folder(), program_of(tree, lab), Author::learner);
  if (!built.error) return built.program;
  const CompileError& error = *built.error;
  throw std::runtime_error(error.file.empty()
                               ? error.text
                               : fmt::format("{}:{}: {}", error.file, error.line, error.text));
}

Playground::Playground(const Tree& tree, const std::string& program, const std::string& name) {
  checks::context().settings = {
      .subject = program, .probe = tree.build / "libexec/cooperage/probe", .name = name};
  make_machine(machine_);
  make_rootfs("/w/rootfs");
}

void Playground::make_rootfs(const std::string& path) const {
  if (machine_->exists(path)) return;
  static_cast<void>(machine_->inside(Ns::mount, [&] {
    fill_root(path);
    return std::string();
  }));
  if (machine_->exists(path + kBusybox)) install_applets(*machine_, path);
}

bool Playground::has_busybox() const {
  return machine_->exists(std::string("/w/rootfs") + kBusybox);
}

Command shell_command() {
  if (::access("/bin/bash", X_OK) == 0) {
    return {.program = "/bin/bash", .words = {"bash", "--noprofile", "--norc"}};
  }
  return {.program = "/bin/sh", .words = {"sh"}};
}

}  // namespace toolkit::course
