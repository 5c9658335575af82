#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/image/digest.hpp"
#include "toolkit/image/tar.hpp"

namespace toolkit {

// The documents of an image, parsed and written. The parsers are pure and take the bytes of
// strangers: they throw std::runtime_error with one line that names the document and the field.
// Unknown fields and unknown media types of what is not used are no errors. See the OCI image
// specification: descriptor.md, image-index.md, manifest.md, config.md.

struct Platform {
  std::string os = {};
  std::string architecture = {};  ///< as Go names it: amd64, arm64
  std::string variant = {};
};

/// The platform this program is compiled for.
Platform this_platform();
/// Can this machine run what was built for that platform?
bool runs(const Platform& machine, const Platform& image);

struct Descriptor {
  std::string media_type = {};
  std::string digest = {};  ///< as it stands there: parse_digest() judges it where it is used
  std::int64_t size = 0;
  std::optional<Platform> platform = {};
  std::string ref_name = {};  ///< the annotation org.opencontainers.image.ref.name
};

enum class DocumentKind { index, manifest, other };
/// What a descriptor of this media type points to: OCI's types and Docker's of schema 2.
DocumentKind document_kind(std::string_view media_type);
/// How a layer of this media type is compressed. Throws for a type that is no layer.
Compression compression_of(std::string_view layer_media_type);

struct Manifest {
  Descriptor config = {};
  std::vector<Descriptor> layers = {};
};

struct ImageConfig {
  Platform platform = {};
  std::vector<std::string> env = {};
  std::vector<std::string> entrypoint = {};
  std::vector<std::string> cmd = {};
  std::string user = {};
  std::string working_dir = {};
  std::string stop_signal = {};
  std::vector<Digest> diff_ids = {};  ///< of the uncompressed layers, lowest first
};

/// Accepts the file `oci-layout` of a layout that this program can read.
void parse_layout_version(std::string_view text);
/// `media_type` is what the descriptor promised; a document that says otherwise, or that could be
/// read both as an index and as a manifest, is refused (CVE-2021-41190).
std::vector<Descriptor> parse_index(std::string_view text, std::string_view media_type = {});
Manifest parse_manifest(std::string_view text, std::string_view media_type);
ImageConfig parse_config(std::string_view text);

std::string layout_version_json();
std::string index_json(const std::vector<Descriptor>& manifests);
std::string manifest_json(const Manifest& manifest);
std::string config_json(const ImageConfig& config);

inline constexpr std::string_view kManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kIndexType = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kConfigType = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kLayerType = "application/vnd.oci.image.layer.v1.tar+gzip";

}  // namespace toolkit
