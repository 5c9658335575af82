#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "toolkit/image/manifest.hpp"
#include "toolkit/image/tar.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// One image of a layout, its documents verified.
struct ResolvedImage {
  std::string index = {};            ///< the bytes of index.json
  std::string manifest_digest = {};  ///< "sha256:…"
  std::vector<Descriptor> layers = {};
  ImageConfig config = {};
};

/// An OCI image layout that is read, and trusted in nothing: each blob is beneath the directory, a
/// regular file, of the size and digest that its descriptor promises, before it is used.
class Layout {
 public:
  /// `directory` stays the caller's.
  explicit Layout(FdRef directory) noexcept : directory_(directory) {}

  /// Finds the image with this tag for this platform, through nested indexes (three at most).
  /// Without a tag the layout's only image is meant, or the one called "latest". Throws
  /// std::runtime_error with one line.
  [[nodiscard]] ResolvedImage resolve(const std::string& tag, const Platform& platform) const;

  /// A whole small document: an index, a manifest, a config.
  [[nodiscard]] std::string read_document(const Descriptor& descriptor) const;

  /// A blob to be read once as a stream. Its end throws when the size or the digest is another: who
  /// uses what came before must be able to throw it away.
  [[nodiscard]] ByteSource open_layer(const Descriptor& descriptor) const;

 private:
  [[nodiscard]] Fd open_blob(const Descriptor& descriptor, std::int64_t limit) const;

  FdRef directory_;
};

/// The digest that names a stack of layers: the diff ID of the lowest, then of each further one
/// sha256(chain ID below + " " + diff ID). See "Layer ChainID" in config.md.
Digest chain_id(const std::vector<Digest>& diff_ids);

/// A stream whose bytes are counted and hashed on their way; its end throws when they are not what
/// was promised. `what` names it in the message, `size` -1 leaves the size open up to the limit.
struct Promise {
  std::string what = {};
  Digest digest = {};
  std::int64_t size = -1;
  std::int64_t limit = INT64_MAX;
};
ByteSource verify(ByteSource source, const Promise& promise);

}  // namespace toolkit
