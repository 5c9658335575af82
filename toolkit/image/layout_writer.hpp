#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "toolkit/image/manifest.hpp"

namespace toolkit {

/// Adds blobs to an OCI image layout and, last, the index that names an image. See image-layout.md.
class LayoutWriter {
 public:
  /// Makes the directory, or empties an older layout in it.
  explicit LayoutWriter(std::string directory);

  /// Stores the bytes under their digest.
  Descriptor add_blob(std::string_view media_type, std::string_view content);
  /// Stores layers (plain tar archives, lowest first), config and manifest; the config's diff IDs
  /// are filled in. Returns the manifest's descriptor.
  Descriptor add_image(ImageConfig config, const std::vector<std::string>& layers);
  void write_index(const std::vector<Descriptor>& manifests);

 private:
  std::string directory_;
};

}  // namespace toolkit
