#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <stdexcept>

#include "toolkit/image/tar.hpp"

namespace toolkit {

namespace {

using Archive = std::unique_ptr<archive, int (*)(archive*)>;
using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

Archive new_archive() { return {::archive_write_new(), ::archive_write_free}; }
Entry new_entry() { return {::archive_entry_new(), ::archive_entry_free}; }

void check_archive(archive* archive, int result) {
  if (result == ARCHIVE_OK) return;
  const char* why = ::archive_error_string(archive);
  throw std::runtime_error(std::string("tar: ") + (why != nullptr ? why : "libarchive failed"));
}

la_ssize_t append(archive*, void* output, const void* data, std::size_t size) {
  static_cast<std::string*>(output)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

void open_in_memory(archive* archive, std::string& output) {
  // No padding to a tape's block: the archive ends with its own two zero blocks.
  check_archive(archive, ::archive_write_set_bytes_in_last_block(archive, 1));
  check_archive(archive, ::archive_write_open(archive, &output, nullptr, append, nullptr));
}

void write_content(archive* archive, std::string_view content) {
  if (content.empty()) return;
  const la_ssize_t written = ::archive_write_data(archive, content.data(), content.size());
  if (written < 0) check_archive(archive, ARCHIVE_FATAL);
}

unsigned int file_type(EntryType type) {
  switch (type) {
    case EntryType::directory:
      return AE_IFDIR;
    case EntryType::symlink:
      return AE_IFLNK;
    case EntryType::fifo:
      return AE_IFIFO;
    case EntryType::device:
      return AE_IFCHR;
    default:
      return AE_IFREG;
  }
}

}  // namespace

struct TarWriter::State {
  std::string output = {};
  Archive archive = new_archive();
};

TarWriter::TarWriter() : state_(std::make_unique<State>()) {
  archive* archive = state_->archive.get();
  check_archive(archive, ::archive_write_set_format_pax_restricted(archive));
  check_archive(archive,
                ::archive_write_set_format_option(archive, "pax", "xattrheader", "SCHILY"));
  open_in_memory(archive, state_->output);
}

TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter& TarWriter::operator=(TarWriter&&) noexcept = default;
TarWriter::~TarWriter() = default;

void TarWriter::add(const TarEntry& entry, std::string_view content) {
  const Entry header = new_entry();
  ::archive_entry_set_pathname(header.get(), entry.path.c_str());
  ::archive_entry_set_filetype(header.get(), file_type(entry.type));
  ::archive_entry_set_perm(header.get(), entry.mode);
  ::archive_entry_set_uid(header.get(), entry.uid);
  ::archive_entry_set_gid(header.get(), entry.gid);
  ::archive_entry_set_mtime(header.get(), entry.mtime, entry.mtime_nsec);
  ::archive_entry_set_size(header.get(), static_cast<la_int64_t>(content.size()));
  if (entry.type == EntryType::symlink) {
    ::archive_entry_set_symlink(header.get(), entry.target.c_str());
  } else if (entry.type == EntryType::hardlink) {
    ::archive_entry_set_hardlink(header.get(), entry.target.c_str());
  } else if (entry.type == EntryType::device) {
    ::archive_entry_set_rdev(header.get(), 0);
  }
  for (const Xattr& xattr : entry.xattrs) {
    ::archive_entry_xattr_add_entry(header.get(), xattr.name.c_str(), xattr.value.data(),
                                    xattr.value.size());
  }
  archive* archive = state_->archive.get();
  check_archive(archive, ::archive_write_header(archive, header.get()));
  write_content(archive, content);
}

std::string TarWriter::finish() {
  check_archive(state_->archive.get(), ::archive_write_close(state_->archive.get()));
  return std::move(state_->output);
}

std::string compress(std::string_view plain, Compression compression) {
  if (compression == Compression::none) return std::string(plain);
  std::string output;
  const Archive holder = new_archive();
  archive* archive = holder.get();
  check_archive(archive, ::archive_write_set_format_raw(archive));
  if (compression == Compression::gzip) {
    check_archive(archive, ::archive_write_add_filter_gzip(archive));
    check_archive(archive,
                  ::archive_write_set_filter_option(archive, "gzip", "timestamp", nullptr));
    check_archive(archive,
                  ::archive_write_set_filter_option(archive, "gzip", "compression-level", "9"));
  } else {
    check_archive(archive, ::archive_write_add_filter_zstd(archive));
  }
  open_in_memory(archive, output);
  const Entry header = new_entry();
  ::archive_entry_set_pathname(header.get(), "data");
  ::archive_entry_set_filetype(header.get(), AE_IFREG);
  check_archive(archive, ::archive_write_header(archive, header.get()));
  write_content(archive, plain);
  check_archive(archive, ::archive_write_close(archive));
  return output;
}

}  // namespace toolkit
