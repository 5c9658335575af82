#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace toolkit {

/// The content address of a blob: an algorithm that this program computes, and lower-case hex.
/// See descriptor.md, "Digests", in the OCI image specification.
struct Digest {
  std::string algorithm = {};  ///< "sha256" or "sha512"
  std::string hex = {};

  [[nodiscard]] std::string text() const { return algorithm + ":" + hex; }
  friend bool operator==(const Digest&, const Digest&) = default;
};

/// Parses "sha256:" and 64 digits, or "sha512:" and 128. Throws std::runtime_error that tells an
/// algorithm nobody here knows from a text that is no digest; neither becomes a path.
Digest parse_digest(std::string_view text);

/// Computes a digest of bytes that come in pieces.
class Hasher {
 public:
  explicit Hasher(std::string_view algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void add(const void* data, std::size_t size);
  /// The digest of all that was added; the hasher is spent.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(std::string_view data);

}  // namespace toolkit
