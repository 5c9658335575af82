#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit {

enum class EntryType { file, directory, symlink, hardlink, fifo, device, other };

struct Xattr {
  std::string name = {};
  std::string value = {};
};

/// One entry of a tar archive, as it stands there: nothing in it is trusted. See tar(5).
struct TarEntry {
  std::string path = {};
  EntryType type = EntryType::file;
  mode_t mode = 0644;  ///< permission bits with setuid, setgid and sticky
  std::int64_t uid = 0;
  std::int64_t gid = 0;
  std::int64_t mtime = 0;  ///< seconds since 1970
  long mtime_nsec = 0;
  std::string target = {};  ///< of a symbolic or hard link
  std::int64_t size = 0;    ///< of a file's content, holes included
  std::vector<Xattr> xattrs = {};
};

/// Where an archive's bytes come from: fills the buffer as far as it can, 0 at the end.
using ByteSource = std::function<std::size_t(char* buffer, std::size_t size)>;

enum class Compression { none, gzip, zstd };

/// Turns a compressed stream into the plain one. Throws std::runtime_error for a stream that isn't
/// of this compression or is damaged.
ByteSource decompress(ByteSource compressed, Compression compression);

/// Reads a tar archive entry by entry (ustar, pax, GNU). Throws std::runtime_error for a damaged
/// one: a half-read archive is never taken for a whole one.
class TarReader {
 public:
  explicit TarReader(ByteSource source);
  TarReader(TarReader&&) noexcept;
  TarReader& operator=(TarReader&&) noexcept;
  ~TarReader();

  /// The next entry, or none at the end of the archive.
  std::optional<TarEntry> next();
  /// Hands over the content of the entry just read, piece by piece, each with its offset; what lies
  /// between the pieces is a hole.
  void read_content(const std::function<void(std::int64_t offset, std::string_view data)>& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Makes a tar archive (pax, only where ustar has no room) in memory. The same entries give the
/// same bytes: nothing of this machine or this moment gets in.
class TarWriter {
 public:
  TarWriter();
  TarWriter(TarWriter&&) noexcept;
  TarWriter& operator=(TarWriter&&) noexcept;
  ~TarWriter();

  void add(const TarEntry& entry, std::string_view content = {});
  /// The archive; the writer is spent.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Compresses with no time and no name in the header.
std::string compress(std::string_view plain, Compression compression);

}  // namespace toolkit
