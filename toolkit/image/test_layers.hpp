#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "toolkit/image/layer.hpp"
#include "toolkit/image/tar.hpp"
#include "toolkit/test/test.hpp"

namespace toolkit::test {

// What the tests of this folder build their layers and layouts with.

/// A tar archive of entries; files take their content from `text`.
struct Item {
  TarEntry entry = {};
  std::string text = {};
};
Item file(const std::string& path, const std::string& text, mode_t mode = 0644);
Item directory(const std::string& path, mode_t mode = 0755);
Item soft_link(const std::string& path, const std::string& target);
Item special(const std::string& path, EntryType type);
Item hard_link(const std::string& path, const std::string& target);
std::string tar(const std::vector<Item>& items);

/// One ustar header as bytes, for archives that no writer would write.
struct RawHeader {
  std::string name = "f";
  char type = '0';
  std::string size = "00000000000";
  std::string link = {};
  std::string uid = "0000000";
  bool good_checksum = true;
};
std::string raw_header(const RawHeader& header);
/// Content, filled up to whole blocks.
std::string blocks(std::string_view content);
/// A pax header with these records ("path=…") for the entry that follows.
std::string pax(const std::vector<std::string>& records);
std::string octal(std::size_t number);
/// The two zero blocks at the end.
std::string end_of_archive();

ByteSource source_of(std::string bytes);

/// A tree to unpack into, and beside it a canary that no layer may reach: any change of its
/// directory (names, contents, modes, owners, times, link counts) is a failed check at the end.
class Box {
 public:
  Box();
  ~Box();
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;

  /// Applies layers in order. Returns what was refused, or an empty string.
  std::string apply(const std::vector<std::string>& layers, const Quota& quota = {});

  [[nodiscard]] std::string at(const std::string& name) const { return temp_.at("root/" + name); }
  /// A file's content, or "(none)".
  [[nodiscard]] std::string content(const std::string& name) const;
  /// What is there, a link as a link: "file", "directory", "symlink", "fifo", "other", "none".
  [[nodiscard]] std::string kind(const std::string& name) const;
  [[nodiscard]] std::string canary() const { return temp_.at("canary"); }
  [[nodiscard]] std::string snapshot() const;

 private:
  TempDir temp_ = {};
  std::string before_ = {};
};

/// The index of a layout with one image of these layers, tagged; returns the layout's directory.
std::string write_layout(const std::string& directory, const std::vector<std::string>& layers,
                         const std::string& tag = "latest");

}  // namespace toolkit::test
