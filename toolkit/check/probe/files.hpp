#pragma once

#include "toolkit/check/probe/text.hpp"

namespace toolkit::probe {

/// Appends the first line of a file, without its newline; -1 with errno. A FIFO blocks nobody here.
int read_first_line(int directory, const char* path, Text& text) noexcept;
/// Appends what a descriptor still gives.
void read_rest(int fd, Text& text) noexcept;
/// Writes everything, or as much as the other side takes; -1 with errno. SIGPIPE is never sent.
int write_whole(int fd, std::string_view text) noexcept;
/// Writes a text to a file in one call, made when it is not there; -1 with errno.
int write_text(const char* path, std::string_view text) noexcept;
/// "file 8:1 inode 42 mode 0644 rdev 0:0": links are followed. -1 with errno.
int describe(const char* path, Text& text) noexcept;
/// The names in a directory, sorted, with blanks between them; -1 with errno.
int list(const char* path, Text& text) noexcept;

}  // namespace toolkit::probe
