#include "toolkit/image/layout.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <utility>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {

namespace {

constexpr std::int64_t kMostDocumentBytes = 4 << 20;
constexpr int kDeepestIndex = 3;

ByteSource read_from(Fd file, std::string name) {
  const auto shared = std::make_shared<Fd>(std::move(file));
  return [shared, name = std::move(name)](char* buffer, std::size_t size) {
    ssize_t got = 0;
    do {
      got = ::read(shared->get(), buffer, size);
    } while (got == -1 && errno == EINTR);
    return static_cast<std::size_t>(check(got, "read", name));
  };
}

std::string read_to_end(const ByteSource& source) {
  std::string content;
  std::array<char, 16384> chunk{};
  while (const std::size_t got = source(chunk.data(), chunk.size())) {
    content.append(chunk.data(), got);
  }
  return content;
}

std::string name_of(const Platform& platform) {
  return printable(platform.os + "/" + platform.architecture +
                   (platform.variant.empty() ? "" : "/" + platform.variant));
}

/// What of an index can be an image here: attestations and artifacts for "unknown" are none.
std::vector<Descriptor> images_of(std::vector<Descriptor> manifests) {
  std::erase_if(manifests, [](const Descriptor& descriptor) {
    return document_kind(descriptor.media_type) == DocumentKind::other ||
           (descriptor.platform && descriptor.platform->os == "unknown");
  });
  return manifests;
}

std::string tags_of(const std::vector<Descriptor>& images) {
  std::string tags;
  for (const Descriptor& image : images) {
    if (image.ref_name.empty()) continue;
    tags.append(tags.empty() ? "" : ", ").append(printable(image.ref_name));
  }
  return tags.empty() ? "none has a tag" : "tags: " + tags;
}

std::vector<Descriptor> with_tag(const std::vector<Descriptor>& images, const std::string& tag) {
  std::vector<Descriptor> found = images;
  std::erase_if(found, [&](const Descriptor& image) { return image.ref_name != tag; });
  return found;
}

std::vector<Descriptor> pick_tag(const std::vector<Descriptor>& images, const std::string& tag) {
  if (images.empty()) throw std::runtime_error("the layout holds no image");
  if (!tag.empty()) {
    auto found = with_tag(images, tag);
    if (found.empty()) {
      throw std::runtime_error("no image tagged '" + printable(tag) + "'; " + tags_of(images));
    }
    return found;
  }
  auto latest = with_tag(images, "latest");
  if (!latest.empty()) return latest;
  for (const Descriptor& image : images) {
    if (image.ref_name != images.front().ref_name) {
      throw std::runtime_error("the layout holds several images; name one (" + tags_of(images) +
                               ")");
    }
  }
  return images;
}

Descriptor pick_platform(const std::vector<Descriptor>& images, const Platform& platform) {
  std::string offered;
  for (const Descriptor& image : images) {
    if (!image.platform || runs(platform, *image.platform)) return image;
    offered.append(offered.empty() ? "" : ", ").append(name_of(*image.platform));
  }
  throw std::runtime_error("no image for " + name_of(platform) +
                           (offered.empty() ? "" : "; there is: " + offered));
}

}  // namespace

ByteSource verify(ByteSource source, const Promise& promise) {
  struct State {
    ByteSource source;
    Promise promise;
    Hasher hasher;
    std::int64_t seen = 0;
    bool ended = false;
  };
  const auto state = std::make_shared<State>(State{
      .source = std::move(source), .promise = promise, .hasher = Hasher(promise.digest.algorithm)});
  return [state](char* buffer, std::size_t size) {
    const Promise& wanted = state->promise;
    if (state->ended) return std::size_t{0};
    const std::size_t got = state->source(buffer, size);
    state->seen += static_cast<std::int64_t>(got);
    if (state->seen > wanted.limit) throw std::runtime_error(wanted.what + ": too large");
    const bool long_enough = wanted.size < 0 || state->seen == wanted.size;
    if (state->seen > wanted.size && wanted.size >= 0) {
      throw std::runtime_error(wanted.what + ": larger than its descriptor says");
    }
    state->hasher.add(buffer, got);
    if (got > 0) return got;
    state->ended = true;
    if (!long_enough) throw std::runtime_error(wanted.what + ": smaller than its descriptor says");
    const Digest digest = state->hasher.finish();
    if (digest == wanted.digest) return got;
    throw std::runtime_error(wanted.what + ": its digest is " + digest.text() + ", not " +
                             wanted.digest.text());
  };
}

Fd Layout::open_blob(const Descriptor& descriptor, std::int64_t limit) const {
  const Digest digest = parse_digest(descriptor.digest);
  if (descriptor.size > limit) throw std::runtime_error(digest.text() + ": too large");
  const std::string path = "blobs/" + digest.algorithm + "/" + digest.hex;
  // O_NONBLOCK: a FIFO in its place must not block us.
  Fd file = open_in_root(directory_, path, O_RDONLY | O_NONBLOCK);
  struct stat status {};
  check(::fstat(file.get(), &status), "fstat", path);
  if (!S_ISREG(status.st_mode)) throw std::runtime_error(path + ": not a regular file");
  if (status.st_size != descriptor.size) {
    throw std::runtime_error(digest.text() + ": " + std::to_string(status.st_size) +
                             " bytes, but its descriptor says " + std::to_string(descriptor.size));
  }
  return file;
}

ByteSource Layout::open_layer(const Descriptor& descriptor) const {
  const Digest digest = parse_digest(descriptor.digest);
  return verify(read_from(open_blob(descriptor, INT64_MAX), digest.text()),
                {.what = digest.text(), .digest = digest, .size = descriptor.size});
}

std::string Layout::read_document(const Descriptor& descriptor) const {
  const Digest digest = parse_digest(descriptor.digest);
  return read_to_end(verify(read_from(open_blob(descriptor, kMostDocumentBytes), digest.text()),
                            {.what = digest.text(), .digest = digest, .size = descriptor.size}));
}

namespace {

std::string read_top_file(FdRef directory, const std::string& name) {
  Fd file = open_in_root(directory, name, O_RDONLY | O_NONBLOCK);
  struct stat status {};
  check(::fstat(file.get(), &status), "fstat", name);
  if (!S_ISREG(status.st_mode)) throw std::runtime_error(name + ": not a regular file");
  if (status.st_size > kMostDocumentBytes) throw std::runtime_error(name + ": too large");
  return read_all(file, name);
}

}  // namespace

ResolvedImage Layout::resolve(const std::string& tag, const Platform& platform) const {
  parse_layout_version(read_top_file(directory_, "oci-layout"));
  ResolvedImage image{.index = read_top_file(directory_, "index.json")};
  auto candidates = pick_tag(images_of(parse_index(image.index)), tag);
  Descriptor chosen = pick_platform(candidates, platform);
  for (int depth = 1; document_kind(chosen.media_type) == DocumentKind::index; ++depth) {
    if (depth > kDeepestIndex) throw std::runtime_error("indexes nested too deep");
    candidates = images_of(parse_index(read_document(chosen), chosen.media_type));
    chosen = pick_platform(candidates, platform);
  }
  Manifest manifest = parse_manifest(read_document(chosen), chosen.media_type);
  image.manifest_digest = chosen.digest;
  image.config = parse_config(read_document(manifest.config));
  image.layers = std::move(manifest.layers);
  if (!runs(platform, image.config.platform)) {
    throw std::runtime_error("the image is for " + name_of(image.config.platform) + ", not for " +
                             name_of(platform));
  }
  if (image.config.diff_ids.size() != image.layers.size()) {
    throw std::runtime_error("config: " + std::to_string(image.config.diff_ids.size()) +
                             " diff_ids for " + std::to_string(image.layers.size()) + " layers");
  }
  return image;
}

Digest chain_id(const std::vector<Digest>& diff_ids) {
  Digest chain = diff_ids.front();
  for (auto id = std::next(diff_ids.begin()); id != diff_ids.end(); ++id) {
    chain = sha256(chain.text() + " " + id->text());
  }
  return chain;
}

}  // namespace toolkit
