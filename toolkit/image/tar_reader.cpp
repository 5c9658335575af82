#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <exception>
#include <stdexcept>

#include "toolkit/image/tar.hpp"

namespace toolkit {

namespace {

using Archive = std::unique_ptr<archive, int (*)(archive*)>;

/// An archive that libarchive reads from a ByteSource. What the source throws crosses libarchive's
/// C frames as a failed read and is thrown again by check().
class Input {
 public:
  explicit Input(ByteSource source) : source_(std::move(source)) {}
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  [[nodiscard]] archive* get() const { return archive_.get(); }

  /// How much there was, once all of it was read.
  [[nodiscard]] std::optional<std::int64_t> total() const {
    return ended_ ? std::optional(total_) : std::nullopt;
  }

  void open() { check(::archive_read_open(get(), this, nullptr, read, nullptr)); }

  /// Only a whole success passes: a warning means that something was left out or guessed.
  void check(int result) const {
    if (result == ARCHIVE_OK) return;
    if (failure_) std::rethrow_exception(failure_);
    // A name that the locale cannot show. In the C locale, which this program stays in, those are
    // all but ASCII, and their bytes come as they are; a UTF-8 locale would normalise them.
    const bool raw_name = result == ARCHIVE_WARN && ::archive_errno(get()) == EILSEQ;
    if (raw_name) return;
    const char* why = ::archive_error_string(get());
    throw std::runtime_error(std::string("layer: ") + (why != nullptr ? why : "damaged"));
  }

 private:
  static la_ssize_t read(archive* archive, void* data, const void** buffer) {
    auto& input = *static_cast<Input*>(data);
    try {
      const std::size_t got = input.source_(input.buffer_.data(), input.buffer_.size());
      input.total_ += static_cast<std::int64_t>(got);
      input.ended_ = got == 0;
      *buffer = input.buffer_.data();
      return static_cast<la_ssize_t>(got);
    } catch (...) {
      input.failure_ = std::current_exception();
      ::archive_set_error(archive, EIO, "read failed");
      return -1;
    }
  }

  static constexpr std::size_t kBufferSize = 256 << 10;
  ByteSource source_;
  std::vector<char> buffer_ = std::vector<char>(kBufferSize);
  std::int64_t total_ = 0;
  bool ended_ = false;
  std::exception_ptr failure_ = {};
  Archive archive_{::archive_read_new(), ::archive_read_free};
};

EntryType type_of(archive_entry* entry) {
  if (::archive_entry_hardlink(entry) != nullptr) return EntryType::hardlink;
  switch (::archive_entry_filetype(entry)) {
    case AE_IFREG:
      return EntryType::file;
    case AE_IFDIR:
      return EntryType::directory;
    case AE_IFLNK:
      return EntryType::symlink;
    case AE_IFIFO:
      return EntryType::fifo;
    case AE_IFCHR:
    case AE_IFBLK:
      return EntryType::device;
    default:
      return EntryType::other;
  }
}

std::string text_of(const char* text) { return text != nullptr ? text : ""; }

std::vector<Xattr> xattrs_of(archive_entry* entry) {
  std::vector<Xattr> xattrs;
  ::archive_entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (::archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    xattrs.push_back({.name = text_of(name), .value = {static_cast<const char*>(value), size}});
  }
  return xattrs;
}

}  // namespace

ByteSource decompress(ByteSource compressed, Compression compression) {
  if (compression == Compression::none) return compressed;
  const bool gzip = compression == Compression::gzip;
  const auto input = std::make_shared<Input>(std::move(compressed));
  archive* archive = input->get();
  input->check(::archive_read_support_format_raw(archive));
  input->check(::archive_read_support_format_empty(archive));
  // A libarchive without the library would start a program instead, and says so by a warning.
  input->check(gzip ? ::archive_read_support_filter_gzip(archive)
                    : ::archive_read_support_filter_zstd(archive));
  input->open();
  archive_entry* entry = nullptr;
  const int result = ::archive_read_next_header(archive, &entry);
  const int filter = gzip ? ARCHIVE_FILTER_GZIP : ARCHIVE_FILTER_ZSTD;
  constexpr int kOneFilter = 2;  // and the "none" below it, which counts
  if (::archive_filter_count(archive) != kOneFilter ||
      ::archive_filter_code(archive, 0) != filter) {
    throw std::runtime_error(std::string("layer: not compressed with ") + (gzip ? "gzip" : "zstd"));
  }
  if (result == ARCHIVE_EOF) return [](char*, std::size_t) { return std::size_t{0}; };
  input->check(result);
  return [input](char* buffer, std::size_t size) {
    const la_ssize_t got = ::archive_read_data(input->get(), buffer, size);
    if (got < 0) input->check(ARCHIVE_FATAL);
    return static_cast<std::size_t>(got);
  };
}

struct TarReader::State {
  explicit State(ByteSource source) : input(std::move(source)) {}

  /// Some writers stop right behind the last content: without the zeros that fill its block, and
  /// without the two that end an archive. Nothing is missing then, and Go's reader takes it too.
  [[nodiscard]] bool ends_unpadded() const {
    constexpr std::int64_t kBlock = 512;
    const auto total = input.total();
    return total && content_read == content_size && content_size % kBlock != 0 &&
           *total % kBlock == content_size % kBlock;
  }

  Input input;
  std::int64_t content_size = 0;  ///< of the entry at hand
  std::int64_t content_read = 0;
  bool at_end = false;
};

TarReader::TarReader(ByteSource source) : state_(std::make_unique<State>(std::move(source))) {
  Input& input = state_->input;
  input.check(::archive_read_support_format_tar(input.get()));
  input.check(::archive_read_support_format_empty(input.get()));
  input.open();
}

TarReader::TarReader(TarReader&&) noexcept = default;
TarReader& TarReader::operator=(TarReader&&) noexcept = default;
TarReader::~TarReader() = default;

std::optional<TarEntry> TarReader::next() {
  if (state_->at_end) return {};
  archive_entry* header = nullptr;
  const int result = ::archive_read_next_header(state_->input.get(), &header);
  if (result == ARCHIVE_EOF) return {};
  state_->input.check(result);
  TarEntry entry{.path = text_of(::archive_entry_pathname(header)),
                 .type = type_of(header),
                 .mode = ::archive_entry_perm(header),
                 .uid = ::archive_entry_uid(header),
                 .gid = ::archive_entry_gid(header),
                 .mtime = ::archive_entry_mtime(header),
                 .mtime_nsec = ::archive_entry_mtime_nsec(header),
                 .target = {},
                 .size = ::archive_entry_size(header),
                 .xattrs = xattrs_of(header)};
  state_->content_size = entry.size;
  state_->content_read = 0;
  entry.target = text_of(entry.type == EntryType::hardlink ? ::archive_entry_hardlink(header)
                                                           : ::archive_entry_symlink(header));
  return entry;
}

void TarReader::read_content(
    const std::function<void(std::int64_t offset, std::string_view data)>& sink) {
  Input& input = state_->input;
  while (true) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int result = ::archive_read_data_block(input.get(), &data, &size, &offset);
    if (result == ARCHIVE_EOF) return;
    state_->at_end = result == ARCHIVE_FATAL && state_->ends_unpadded();
    if (state_->at_end) return;
    input.check(result);
    state_->content_read = offset + static_cast<std::int64_t>(size);
    sink(offset, {static_cast<const char*>(data), size});
  }
}

}  // namespace toolkit
