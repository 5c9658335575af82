#pragma once

#include <cstdint>
#include <memory>

#include "toolkit/image/entry.hpp"
#include "toolkit/image/tar.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// More than this of one image is an attack, or a mistake nobody wants on the disk.
struct Quota {
  std::int64_t bytes = std::int64_t{10} << 30;  ///< of file contents, holes included
  std::int64_t entries = 1'000'000;
  std::int64_t xattr_bytes = 64 << 10;  ///< of one entry
};

/// Unpacks the layers of an image, one upon the other, into one tree: the lower ones' files that an
/// upper one's whiteouts name are removed. See layer.md in the OCI image specification.
///
/// Nothing is written outside the root, and nothing through a link in the last place of a path: the
/// link itself is replaced. Device nodes are left out (a container gets its own /dev), of extended
/// attributes only user.* and security.capability are kept, without overlayfs's own.
class TreeBuilder {
 public:
  /// `trash`: an empty directory beside the root, on its filesystem. Both descriptors are borrowed.
  TreeBuilder(FdRef root, FdRef trash, Owners owners, const Quota& quota);
  TreeBuilder(TreeBuilder&&) noexcept;
  TreeBuilder& operator=(TreeBuilder&&) noexcept;
  ~TreeBuilder();

  /// Applies the next layer, to its last entry. Throws SystemError or std::runtime_error with the
  /// entry's path; the tree is then half made.
  void apply(TarReader& layer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toolkit
