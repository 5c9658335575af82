#include "toolkit/image/unpack.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "toolkit/image/tree.hpp"
#include "toolkit/kernel/error.hpp"

namespace toolkit {

namespace {

Fd make_directory(FdRef parent, const char* name, mode_t mode) {
  check(::mkdirat(parent.get(), name, mode), "mkdir", name);
  return open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

/// What follows the end of the archive counts for the digests too.
void read_rest(const ByteSource& source) {
  std::vector<char> chunk(256 << 10);
  while (source(chunk.data(), chunk.size()) > 0) {
  }
}

void apply_layer(TreeBuilder& tree, const Layout& layout, const Descriptor& descriptor,
                 const Digest& diff_id, const Quota& quota) {
  const ByteSource blob = layout.open_layer(descriptor);
  const ByteSource tar = verify(decompress(blob, compression_of(descriptor.media_type)),
                                {.what = "layer", .digest = diff_id, .limit = quota.bytes});
  TarReader reader(tar);
  tree.apply(reader);
  read_rest(tar);
  read_rest(blob);
}

void unpack(const Layout& layout, const ResolvedImage& image, FdRef directory, Owners owners,
            const Quota& quota) {
  const Fd root = make_directory(directory, "fs", 0755);
  const Fd trash = make_directory(directory, "trash", 0700);
  TreeBuilder tree(root, trash, owners, quota);
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    apply_layer(tree, layout, image.layers[i], image.config.diff_ids[i], quota);
  }
  check(::unlinkat(directory.get(), "trash", AT_REMOVEDIR), "rmdir", "trash");
  // On the disk before it gets its name: a tree that is there after a power cut is a whole one.
  check(::syncfs(root.get()), "syncfs", "fs");
}

}  // namespace

void unpack_layers(const Layout& layout, const ResolvedImage& image, FdRef directory, Owners owners,
                   const Quota& quota) {
  const mode_t mask = ::umask(0);
  try {
    unpack(layout, image, directory, owners, quota);
  } catch (...) {
    empty_directory(directory);
    throw;
  }
  ::umask(mask);
}

}  // namespace toolkit
