#include "toolkit/image/layer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <unordered_set>
#include <utility>
#include <vector>

#include "toolkit/image/tree.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace toolkit {

namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kAufs = ".wh..wh.";  ///< aufs's own files, of which one is meant for us:
constexpr std::string_view kOpaque = ".wh..wh..opq";

struct stat status_of(FdRef fd, std::string_view name) {
  struct stat status {};
  check(::fstat(fd.get(), &status), "fstat", name);
  return status;
}

/// Which entries of the tree the layer at hand has made, so that its whiteouts spare them: they
/// hide only what lower layers left. The lowest layer needs none of this.
class LayerMarks {
 public:
  void made(const Place& place) { made_.insert(key(place.parent_inode, place.name)); }
  [[nodiscard]] bool is_made(ino_t parent, const std::string& name) const {
    return made_.contains(key(parent, name));
  }
  /// Directories that hold something of this layer, though it may not name them.
  bool touch(ino_t directory) { return touched_.insert(directory).second; }
  [[nodiscard]] bool is_touched(ino_t directory) const { return touched_.contains(directory); }
  void clear() {
    made_.clear();
    touched_.clear();
  }

 private:
  static std::string key(ino_t parent, const std::string& name) {
    return std::to_string(parent) + "/" + name;
  }

  std::unordered_set<std::string> made_ = {};
  std::unordered_set<ino_t> touched_ = {};
};

/// The time of a directory, set when nothing will be made in it any more.
struct DirectoryTime {
  std::string path = {};
  ino_t inode = 0;
  std::array<timespec, 2> times = {};
};

}  // namespace

struct TreeBuilder::State {
  FdRef root;
  FdRef trash;
  EntryWriter writer;
  Quota quota = {};
  bool lowest = true;
  LayerMarks marks = {};
  std::vector<DirectoryTime> directory_times = {};
  // The directory of the entry before: most entries lie beside it. It is still there, since nothing
  // but an entry or whiteout above it could remove it, and a whiteout spares what this layer made.
  Fd parent = {};
  std::string parent_path = {};
  ino_t parent_inode = 0;

  void apply(const TarEntry& entry, TarReader& layer);
  void apply_to_root(const TarEntry& entry);
  void take_quota(const TarEntry& entry);
  Place locate(const SplitPath& path);
  void touch_upwards();
  void delay_time(FdRef directory, const std::string& path, const TarEntry& entry);
  void set_directory_times();
  void apply_whiteout(const SplitPath& path, const TarEntry& entry);
  void hide_entry(FdRef directory, ino_t inode, const std::string& name);
  void hide_lower(FdRef directory);
};

TreeBuilder::TreeBuilder(FdRef root, FdRef trash, Owners owners, const Quota& quota)
    : state_(std::make_unique<State>(State{.root = root,
                                           .trash = trash,
                                           .writer = EntryWriter(root, trash, owners),
                                           .quota = quota})) {}

TreeBuilder::TreeBuilder(TreeBuilder&&) noexcept = default;
TreeBuilder& TreeBuilder::operator=(TreeBuilder&&) noexcept = default;
TreeBuilder::~TreeBuilder() = default;

void TreeBuilder::apply(TarReader& layer) {
  state_->marks.clear();
  state_->parent.reset();
  while (const auto entry = layer.next()) state_->apply(*entry, layer);
  state_->set_directory_times();
  state_->lowest = false;
}

void TreeBuilder::State::apply(const TarEntry& entry, TarReader& layer) {
  take_quota(entry);
  const std::string path = relative_path(entry.path);
  if (path.empty()) return apply_to_root(entry);
  if (path.starts_with(kAufs) && !path.starts_with(kOpaque)) return;
  const SplitPath split = split_path(path);
  if (split.name.starts_with(kWhiteout)) return apply_whiteout(split, entry);
  if (split.parent.starts_with(kWhiteout) || split.parent.find("/.wh.") != std::string::npos) {
    throw entry_error(entry, "lies below a whiteout");
  }
  const Place place = locate(split);
  writer.make(entry, place, layer);
  if (!lowest) marks.made(place);
  if (entry.type == EntryType::directory) {
    delay_time(open_at(place.parent, place.name, O_PATH | O_NOFOLLOW), path, entry);
  }
}

void TreeBuilder::State::apply_to_root(const TarEntry& entry) {
  if (entry.type != EntryType::directory) throw entry_error(entry, "the root is a directory");
  const Fd directory = open_at(root, ".", O_RDONLY | O_DIRECTORY);
  writer.set_metadata(directory, entry);
  delay_time(directory, ".", entry);
}

void TreeBuilder::State::take_quota(const TarEntry& entry) {
  if (--quota.entries < 0) throw entry_error(entry, "the image has too many entries");
  if (entry.size < 0) throw entry_error(entry, "a negative size");
  if (entry.size > quota.bytes) throw entry_error(entry, "the image is too large");
  if (entry.type == EntryType::file) quota.bytes -= entry.size;
  std::int64_t bytes = 0;
  for (const Xattr& xattr : entry.xattrs) {
    bytes += static_cast<std::int64_t>(xattr.name.size() + xattr.value.size());
  }
  if (bytes > quota.xattr_bytes) throw entry_error(entry, "too large extended attributes");
}

Place TreeBuilder::State::locate(const SplitPath& path) {
  if (!parent || path.parent != parent_path) {
    parent = make_directory_in_root(root, path.parent);
    parent_path = path.parent;
    parent_inode = status_of(parent, parent_path).st_ino;
    if (!lowest) touch_upwards();
  }
  return {.parent = parent, .parent_inode = parent_inode, .name = path.name};
}

void TreeBuilder::State::touch_upwards() {
  const ino_t top = status_of(root, "/").st_ino;
  Fd here = open_at(parent, ".", O_PATH | O_DIRECTORY);
  while (true) {
    const ino_t inode = status_of(here, parent_path).st_ino;
    if (!marks.touch(inode) || inode == top) return;
    here = open_at(here, "..", O_PATH | O_DIRECTORY);
  }
}

void TreeBuilder::State::delay_time(FdRef directory, const std::string& path,
                                    const TarEntry& entry) {
  directory_times.push_back(
      {.path = path, .inode = status_of(directory, path).st_ino, .times = times_of(entry)});
}

void TreeBuilder::State::set_directory_times() {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  for (const auto& [path, inode, times] : directory_times) {
    try {
      const Fd directory = open_in_root(root, path, kFlags);
      if (status_of(directory, path).st_ino != inode) continue;  // another entry took its place
      check(::futimens(directory.get(), times.data()), "futimens", path);
    } catch (const SystemError& error) {
      const int number = error.number();  // the same: it is gone, or a link or file by now
      if (number != ENOENT && number != ENOTDIR && number != ELOOP) throw;
    }
  }
  directory_times.clear();
}

void TreeBuilder::State::apply_whiteout(const SplitPath& path, const TarEntry& entry) {
  const bool opaque = path.name == kOpaque;
  if (!opaque && path.name.starts_with(kAufs)) return;
  const std::string target = path.name.substr(kWhiteout.size());
  if (target.empty() || target == "." || target == "..") {
    throw entry_error(entry, "a whiteout of no name");
  }
  if (lowest) return;
  const auto directory = find_directory_in_root(root, path.parent);
  if (!directory) return;
  if (opaque) return hide_lower(*directory);
  hide_entry(*directory, status_of(*directory, path.parent).st_ino, target);
}

/// Removes an entry that a lower layer made; of one that this layer made too, what the lower left.
void TreeBuilder::State::hide_entry(FdRef directory, ino_t inode, const std::string& name) {
  struct stat there {};
  if (::fstatat(directory.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == -1) return;
  const bool ours = marks.is_made(inode, name);
  const bool is_directory = S_ISDIR(there.st_mode);
  if (is_directory && (ours || marks.is_touched(there.st_ino))) {
    hide_lower(open_at(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  } else if (!ours) {
    remove_entry(directory, name, trash);
  }
}

void TreeBuilder::State::hide_lower(FdRef directory) {
  const ino_t inode = status_of(directory, "opaque directory").st_ino;
  for (const std::string& name : list_names(directory)) hide_entry(directory, inode, name);
}

}  // namespace toolkit
