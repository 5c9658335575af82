#include "toolkit/image/test_layers.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "toolkit/image/layout_writer.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::test {

namespace fs = std::filesystem;

Item file(const std::string& path, const std::string& text, mode_t mode) {
  return {.entry = {.path = path, .type = EntryType::file, .mode = mode}, .text = text};
}

Item directory(const std::string& path, mode_t mode) {
  return {.entry = {.path = path, .type = EntryType::directory, .mode = mode}};
}

Item soft_link(const std::string& path, const std::string& target) {
  return {.entry = {.path = path, .type = EntryType::symlink, .mode = 0777, .target = target}};
}

Item hard_link(const std::string& path, const std::string& target) {
  return {.entry = {.path = path, .type = EntryType::hardlink, .target = target}};
}

Item special(const std::string& path, EntryType type) {
  return {.entry = {.path = path, .type = type}};
}

std::string tar(const std::vector<Item>& items) {
  TarWriter writer;
  for (const Item& item : items) writer.add(item.entry, item.text);
  return writer.finish();
}

std::string octal(std::size_t number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%011zo", number);
  return text.data();
}

std::string raw_header(const RawHeader& header) {
  std::string block(512, '\0');
  const auto put = [&](std::size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, header.name.substr(0, 100));
  put(100, "0000644");
  put(108, header.uid);
  put(116, "0000000");
  put(124, header.size);
  put(136, "00000000000");
  put(148, "        ");
  block[156] = header.type;
  put(157, header.link.substr(0, 100));
  put(257, std::string_view("ustar\00000", 8));
  const unsigned sum = std::accumulate(block.begin(), block.end(), 0U, [](unsigned total, char c) {
    return total + static_cast<unsigned char>(c);
  });
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%06o", sum + (header.good_checksum ? 0 : 1));
  put(148, std::string_view(text.data(), 7));
  return block;
}

std::string blocks(std::string_view content) {
  std::string padded(content);
  padded.resize((content.size() + 511) / 512 * 512, '\0');
  return padded;
}

std::string pax(const std::vector<std::string>& records) {
  std::string text;
  for (const std::string& record : records) {
    std::size_t length = record.size() + 2;  // " " and "\n"; the length counts its own digits too
    while (length != record.size() + 2 + std::to_string(length).size()) {
      length = record.size() + 2 + std::to_string(length).size();
    }
    text.append(std::to_string(length)).append(" ").append(record).append("\n");
  }
  return raw_header({.name = "pax", .type = 'x', .size = octal(text.size())}) + blocks(text);
}

std::string end_of_archive() { return std::string(1024, '\0'); }

ByteSource source_of(std::string bytes) {
  return [bytes = std::move(bytes), at = std::size_t{0}](char* buffer, std::size_t size) mutable {
    const std::size_t got = std::min(size, bytes.size() - at);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), got, buffer);
    at += got;
    return got;
  };
}

Box::Box() {
  fs::create_directory(temp_.at("root"));
  fs::create_directory(temp_.at("trash"));
  temp_.file("canary/secret", "do not touch");
  temp_.file("canary/directory/inner", "nor this");
  before_ = snapshot();
}

Box::~Box() { CHECK(snapshot() == before_); }

std::string Box::snapshot() const {
  std::vector<std::string> found;
  const auto add = [&](const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return;
    const bool regular = S_ISREG(status.st_mode);
    found.push_back(
        path + " " + std::to_string(status.st_mode) + " " + std::to_string(status.st_uid) + " " +
        std::to_string(status.st_nlink) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
        std::to_string(status.st_mtim.tv_nsec) + " " + (regular ? read_file(path) : std::string()));
  };
  add(canary());
  for (const auto& entry : fs::recursive_directory_iterator(canary())) add(entry.path());
  for (const auto& entry : fs::directory_iterator(temp_.path())) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  std::string text;
  for (const std::string& line : found) text.append(line).append("\n");
  return text;
}

std::string Box::apply(const std::vector<std::string>& layers, const Quota& quota) {
  const Fd root = open_file(temp_.at("root"), O_RDONLY | O_DIRECTORY);
  const Fd trash = open_file(temp_.at("trash"), O_RDONLY | O_DIRECTORY);
  const mode_t mask = ::umask(0);
  std::string refusal;
  try {
    TreeBuilder tree(root, trash, is_root() ? Owners::kept : Owners::single, quota);
    for (const std::string& layer : layers) {
      TarReader reader(source_of(layer));
      tree.apply(reader);
    }
  } catch (const std::exception& error) {
    refusal = error.what();
  }
  ::umask(mask);
  return refusal;
}

std::string Box::content(const std::string& name) const {
  return kind(name) == "file" ? read_file(at(name)) : "(none)";
}

std::string Box::kind(const std::string& name) const {
  struct stat status {};
  if (::lstat(at(name).c_str(), &status) != 0) return "none";
  if (S_ISREG(status.st_mode)) return "file";
  if (S_ISDIR(status.st_mode)) return "directory";
  if (S_ISLNK(status.st_mode)) return "symlink";
  return S_ISFIFO(status.st_mode) ? "fifo" : "other";
}

std::string write_layout(const std::string& directory, const std::vector<std::string>& layers,
                         const std::string& tag) {
  LayoutWriter layout(directory);
  Descriptor manifest = layout.add_image({.platform = this_platform(), .cmd = {"sh"}}, layers);
  manifest.platform = this_platform();
  manifest.ref_name = tag;
  layout.write_index({manifest});
  return directory;
}

}  // namespace toolkit::test
