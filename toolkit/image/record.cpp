#include "toolkit/image/record.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace toolkit {

namespace {

constexpr std::string_view kVersion = "1";
constexpr off_t kMaxRecordSize = 16 << 20;  // an index and a config of 4 MiB each, and room

void append_field(std::string& text, std::string_view name, std::string_view value) {
  if (value.find('\0') != std::string_view::npos) {
    throw std::runtime_error("image record: " + std::string(name) + " holds a NUL byte");
  }
  text.append(name).append("=").append(value).push_back('\0');
}

void append_list(std::string& text, std::string_view name, const std::vector<std::string>& values) {
  for (const std::string& value : values) append_field(text, name, value);
}

/// The string of the record that a field of this name sets, or nullptr.
std::string* text_of(RecordFile& file, std::string_view name) {
  if (name == "layout") return &file.layout;
  if (name == "tag") return &file.tag;
  if (name == "index") return &file.index;
  if (name == "manifest") return &file.record.manifest_digest;
  if (name == "root") return &file.record.root;
  if (name == "user") return &file.record.user;
  if (name == "workdir") return &file.record.working_dir;
  if (name == "stopsignal") return &file.record.stop_signal;
  return nullptr;
}

std::vector<std::string>* list_of(RecordFile& file, std::string_view name) {
  if (name == "env") return &file.record.env;
  if (name == "entrypoint") return &file.record.entrypoint;
  if (name == "cmd") return &file.record.cmd;
  return nullptr;
}

bool set_field(RecordFile& file, std::string_view name, std::string_view value) {
  if (std::string* text = text_of(file, name)) {
    text->assign(value);
    return true;
  }
  if (std::vector<std::string>* list = list_of(file, name)) {
    list->emplace_back(value);
    return true;
  }
  return false;
}

/// Letters, digits, '.' and '_' stand for themselves and '-' for '/'; all else becomes %XX.
std::string escape(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string escaped;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_';
    if (plain) {
      escaped.push_back(c);
    } else if (c == '/') {
      escaped.push_back('-');
    } else {
      const auto byte = static_cast<unsigned char>(c);
      escaped.push_back('%');
      escaped.push_back(kHex[byte >> 4U]);
      escaped.push_back(kHex[byte & 0xfU]);
    }
  }
  return escaped;
}

bool only_ours(const struct stat& status, uid_t user) {
  return status.st_uid == user && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::optional<std::string> read_record(const std::string& path, uid_t user) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return {};
  if (!S_ISREG(status.st_mode) || !only_ours(status, user)) return {};
  if (status.st_size > kMaxRecordSize) return {};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  if (::read(file.get(), text.data(), text.size()) != status.st_size) return {};
  return text;
}

bool file_equals(const std::string& path, std::string_view expected) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return false;
  std::string content(expected.size() + 1, '\0');  // one more, to notice a longer file
  const ssize_t got = ::read(file.get(), content.data(), content.size());
  content.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return content == expected;
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

std::string serialize_record(const ImageRecord& record, std::string_view layout,
                             std::string_view tag, std::string_view index) {
  std::string text;
  append_field(text, "version", kVersion);
  append_field(text, "layout", layout);
  append_field(text, "tag", tag);
  append_field(text, "index", index);
  append_field(text, "manifest", record.manifest_digest);
  append_field(text, "root", record.root);
  append_list(text, "env", record.env);
  append_list(text, "entrypoint", record.entrypoint);
  append_list(text, "cmd", record.cmd);
  append_field(text, "user", record.user);
  append_field(text, "workdir", record.working_dir);
  append_field(text, "stopsignal", record.stop_signal);
  append_field(text, "end", "");
  return text;
}

std::optional<RecordFile> parse_record(std::string_view text) {
  RecordFile file;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) return {};
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) return {};
    const std::string_view name = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    if (first != (name == "version")) return {};
    if (first && value != kVersion) return {};
    if (name == "end") return text.empty() ? std::optional(std::move(file)) : std::nullopt;
    if (!first && !set_field(file, name, value)) return {};
    first = false;
  }
  return {};
}

std::string record_path(const std::string& store, std::string_view layout, std::string_view tag) {
  constexpr std::size_t kNameLength = 200;  // NAME_MAX is 255: a longer name goes down a level
  const std::string name = escape(layout) + "@" + escape(tag);
  std::string path = store + "/images/" + name.substr(0, kNameLength);
  for (std::size_t at = kNameLength; at < name.size(); at += kNameLength) {
    path.append("+/").append(name, at, kNameLength);  // escape() never makes a '+'
  }
  return path;
}

std::optional<ImageRecord> find_record(const std::string& store, const std::string& layout,
                                       const std::string& tag) {
  const uid_t user = ::geteuid();
  struct stat status {};
  const auto text = read_record(record_path(store, layout, tag), user);
  if (!text) return {};
  if (::stat(store.c_str(), &status) != 0 || !only_ours(status, user)) return {};
  auto file = parse_record(*text);
  if (!file || file->layout != layout || file->tag != tag) return {};
  if (!file_equals(layout + "/index.json", file->index)) return {};
  if (::stat(file->record.root.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return {};
  return std::move(file->record);
}

void remove_record(const std::string& store, const std::string& layout, const std::string& tag) {
  const std::string path = record_path(store, layout, tag);
  if (::unlink(path.c_str()) == -1 && errno != ENOENT) throw_errno("unlink", path);
}

void write_record(const std::string& store, const std::string& layout, const std::string& tag,
                  std::string_view index, const ImageRecord& record) {
  const std::string path = record_path(store, layout, tag);
  const std::string directory = parent_of(path);
  const std::string fresh = path + "+new";
  const std::string text = serialize_record(record, layout, tag, index);
  make_directories(directory, 0700);
  try {
    const Fd file = open_file(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    write_all(file, text, fresh);
    check(::fsync(file.get()), "fsync", fresh);
    check(::rename(fresh.c_str(), path.c_str()), "rename", path);
  } catch (...) {
    ::unlink(fresh.c_str());
    throw;
  }
  check(::fsync(open_file(directory, O_RDONLY | O_DIRECTORY).get()), "fsync", directory);
}

}  // namespace toolkit
