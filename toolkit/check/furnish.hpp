#pragma once

#include <string>

#include "toolkit/check/machine.hpp"

namespace toolkit::checks {

// What the machine's own root has there before, or while, a program runs.

/// A directory, and those above it that are missing.
void make_directory(const Machine& machine, const std::string& path);
/// A group of cgroup v2 whose cgroup.procs opens, and takes nobody (EOPNOTSUPP), since one beside it is
/// threaded: its path. See "Threads" in the kernel's cgroup-v2.rst.
std::string make_invalid_group(const Machine& machine, const std::string& place);
/// A symbolic link at this path, which says this text.
void make_link(const Machine& machine, const std::string& path, const std::string& text);
/// A small tmpfs of its own, mounted on a directory. It is shared, as all
/// of a machine's mounts are, and belongs to the machine: it is nothing that a program left.
void mount_tmpfs(Machine& machine, const std::string& path);
/// What is at one path, without what is mounted below it, at another one, too; as mount_tmpfs.
void mount_bind(Machine& machine, const std::string& source, const std::string& path);

}  // namespace toolkit::checks
