#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit {

/// What one start needs of an image: where its tree lies, and what its config asks for.
struct ImageRecord {
  std::string manifest_digest = {};  ///< "sha256:…"
  std::string root = {};             ///< absolute path of the unpacked tree
  std::vector<std::string> env = {};
  std::vector<std::string> entrypoint = {};
  std::vector<std::string> cmd = {};
  std::string user = {};
  std::string working_dir = {};
  std::string stop_signal = {};
};

/// The record as its file holds it: "name=value\0" fields, the version first and an end last, so
/// that a torn file is no record.
std::string serialize_record(const ImageRecord& record, std::string_view layout,
                             std::string_view tag, std::string_view index);

struct RecordFile {
  ImageRecord record = {};
  std::string layout = {};
  std::string tag = {};
  std::string index = {};  ///< the bytes of the layout's index.json when it was verified
};
/// The inverse; none for anything that serialize_record() did not write, or another version did.
std::optional<RecordFile> parse_record(std::string_view text);

/// `<store>/images/<layout>@<tag>`, both escaped so that two images never share a file.
std::string record_path(const std::string& store, std::string_view layout, std::string_view tag);

/// The record of an image that was verified and unpacked into this store, or none when that has
/// to be done (again): no record, a torn or foreign one, a layout whose index.json has changed, a
/// tree that is gone. Nothing is hashed: what makes the record trustworthy is that record and
/// store belong to the effective user and nobody else can write to them.
std::optional<ImageRecord> find_record(const std::string& store, const std::string& layout,
                                       const std::string& tag);

/// Removes a record; none there is no error.
void remove_record(const std::string& store, const std::string& layout, const std::string& tag);

/// Writes the record so that a reader sees the whole of it or none: a new file, fsync(2),
/// rename(2). `record.root` lies beneath the store. Throws SystemError.
void write_record(const std::string& store, const std::string& layout, const std::string& tag,
                  std::string_view index, const ImageRecord& record);

}  // namespace toolkit
