#include "toolkit/image/layout_writer.hpp"

#include <fcntl.h>

#include <filesystem>
#include <utility>

#include "toolkit/image/digest.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit {

namespace {

namespace fs = std::filesystem;

void write_new_file(const std::string& path, std::string_view content) {
  write_all(open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0644), content, path);
}

}  // namespace

LayoutWriter::LayoutWriter(std::string directory) : directory_(std::move(directory)) {
  fs::remove(directory_ + "/index.json");  // first, so that what is half removed is no image
  fs::remove_all(directory_ + "/blobs");
  fs::create_directories(directory_ + "/blobs/sha256");
  write_new_file(directory_ + "/oci-layout", layout_version_json());
}

Descriptor LayoutWriter::add_blob(std::string_view media_type, std::string_view content) {
  const Digest digest = sha256(content);
  write_new_file(directory_ + "/blobs/sha256/" + digest.hex, content);
  return {.media_type = std::string(media_type),
          .digest = digest.text(),
          .size = static_cast<std::int64_t>(content.size())};
}

Descriptor LayoutWriter::add_image(ImageConfig config, const std::vector<std::string>& layers) {
  Manifest manifest;
  config.diff_ids.clear();
  for (const std::string& layer : layers) {
    config.diff_ids.push_back(sha256(layer));
    manifest.layers.push_back(add_blob(kLayerType, compress(layer, Compression::gzip)));
  }
  manifest.config = add_blob(kConfigType, config_json(config));
  return add_blob(kManifestType, manifest_json(manifest));
}

void LayoutWriter::write_index(const std::vector<Descriptor>& manifests) {
  const std::string path = directory_ + "/index.json";
  write_new_file(path + ".new", index_json(manifests));
  fs::rename(path + ".new", path);
}

}  // namespace toolkit
