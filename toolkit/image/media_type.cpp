#include <algorithm>
#include <array>
#include <stdexcept>

#include "toolkit/image/manifest.hpp"
#include "toolkit/kernel/arch.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {

namespace {

struct LayerType {
  std::string_view media_type;
  Compression compression;
};

constexpr std::array kLayerTypes{
    LayerType{"application/vnd.oci.image.layer.v1.tar", Compression::none},
    LayerType{kLayerType, Compression::gzip},
    LayerType{"application/vnd.oci.image.layer.v1.tar+zstd", Compression::zstd},
    LayerType{"application/vnd.oci.image.layer.nondistributable.v1.tar", Compression::none},
    LayerType{"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Compression::gzip},
    LayerType{"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", Compression::zstd},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar", Compression::none},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar.gzip", Compression::gzip},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar.zstd", Compression::zstd},
    LayerType{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Compression::gzip},
};

}  // namespace

Platform this_platform() { return {.os = "linux", .architecture = kArch.oci, .variant = {}}; }

bool runs(const Platform& machine, const Platform& image) {
  // A variant is a floor that the processor has to reach; only the lowest is taken for granted.
  const bool lowest = image.variant.empty() || image.variant == "v1" ||
                      (image.architecture == "arm64" && image.variant == "v8");
  return image.os == machine.os && image.architecture == machine.architecture && lowest;
}

DocumentKind document_kind(std::string_view media_type) {
  if (media_type == kIndexType ||
      media_type == "application/vnd.docker.distribution.manifest.list.v2+json") {
    return DocumentKind::index;
  }
  if (media_type == kManifestType ||
      media_type == "application/vnd.docker.distribution.manifest.v2+json") {
    return DocumentKind::manifest;
  }
  return DocumentKind::other;
}

Compression compression_of(std::string_view layer_media_type) {
  const auto* const found =
      std::find_if(kLayerTypes.begin(), kLayerTypes.end(),
                   [&](const LayerType& type) { return type.media_type == layer_media_type; });
  if (found == kLayerTypes.end()) {
    throw std::runtime_error("layer: unknown media type '" + printable(layer_media_type) + "'");
  }
  return found->compression;
}

}  // namespace toolkit
