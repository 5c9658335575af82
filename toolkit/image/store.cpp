#include "toolkit/image/store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "toolkit/image/cell.hpp"
#include "toolkit/image/layout.hpp"
#include "toolkit/image/tree.hpp"
#include "toolkit/image/unpack.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"
#include "toolkit/kernel/rootfs.hpp"

namespace toolkit {

namespace fs = std::filesystem;

namespace {

void prepare_store(const std::string& store) {
  for (const char* directory : {"", "/images", "/trees", "/tmp"}) {
    make_directories(store + directory, 0700);
  }
  struct stat status {};
  check(::stat(store.c_str(), &status), "stat", store);
  if (status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw std::runtime_error("store '" + store + "': others can write to it, or own it");
  }
}

Fd lock_store(const std::string& store) {
  Fd lock = open_file(store + "/lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  int result = -1;
  do {
    result = ::flock(lock.get(), LOCK_EX);
  } while (result == -1 && errno == EINTR);
  check(result, "flock", store + "/lock");
  return lock;
}

/// A directory below <store>/tmp for one tree; when the tree was not moved away, an empty one goes.
class Workspace {
 public:
  explicit Workspace(const std::string& store) : path_(store + "/tmp/XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw_errno("mkdtemp", path_);
  }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() { ::rmdir(path_.c_str()); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string name() const { return split_path(path_).name; }

 private:
  std::string path_;
};

void sync_directory(const std::string& path) {
  check(::fsync(open_file(path, O_RDONLY | O_DIRECTORY).get()), "fsync", path);
}

/// What the child in the cell is to do, and how the two speak.
struct Task {
  std::string tag = {};
  std::string workspace = {};
  Owners owners = Owners::kept;
  Quota quota = {};
  Gate wanted = {};  ///< the parent has no such tree yet
  Pipe report = make_pipe();
};

ImageRecord record_of(const ResolvedImage& image) {
  return {.manifest_digest = image.manifest_digest,
          .root = chain_id(image.config.diff_ids).text(),
          .env = image.config.env,
          .entrypoint = image.config.entrypoint,
          .cmd = image.config.cmd,
          .user = image.config.user,
          .working_dir = image.config.working_dir,
          .stop_signal = image.config.stop_signal};
}

void remove_leftovers(FdRef scratch, const std::string& ours) {
  const Fd workspace = open_at(scratch, ours, O_RDONLY | O_DIRECTORY);
  for (const std::string& name : list_names(scratch)) {
    if (name != ours) remove_entry(scratch, name, workspace);
  }
}

/// The child: tells what the image is, and unpacks it when it is wanted.
void unpack_in_cell(Task& task) {
  const Fd directory = open_file(kCellLayout, O_PATH | O_DIRECTORY);
  const Fd scratch = open_file(kCellScratch, O_RDONLY | O_DIRECTORY);
  remove_leftovers(scratch, task.workspace);
  const Layout layout(directory);
  const ResolvedImage image = layout.resolve(task.tag, this_platform());
  write_all(task.report.write, serialize_record(record_of(image), "", "", image.index), "report");
  task.report.write.reset();
  task.wanted.wait();
  const Fd workspace = open_at(scratch, task.workspace, O_RDONLY | O_DIRECTORY);
  unpack_layers(layout, image, workspace, task.owners, task.quota);
}

/// What the child says of the image. It has read a stranger's bytes, so it is believed in nothing
/// but the image itself: where the tree goes is made here, of a digest that is one.
RecordFile read_report(Task& task, Process& child) {
  task.report.write.reset();
  auto report = parse_record(read_all(task.report.read, "report"));
  if (report) return std::move(*report);
  await_success(child);
  throw std::runtime_error("the process in the cell said nothing");
}

void make_tree(Task& task, Process& child, const Workspace& workspace, const std::string& tree) {
  task.wanted.open();
  await_success(child);
  if (task.owners == Owners::single) {
    const Fd mark = open_file(workspace.path() + "/single", O_WRONLY | O_CREAT | O_EXCL, 0600);
  }
  check(::rename(workspace.path().c_str(), tree.c_str()), "rename", tree);
  sync_directory(split_path(tree).parent);
}

}  // namespace

void unpack_image(const std::string& store, const std::string& layout, const std::string& tag,
                  const Quota& quota) {
  if (!kind_of(layout + "/index.json")) {
    throw std::runtime_error("'" + layout + "': no OCI image layout: it has no index.json");
  }
  prepare_store(store);
  const Fd lock = lock_store(store);
  if (find_record(store, layout, tag)) return;
  const Workspace workspace(store);
  Task task{.tag = tag, .workspace = workspace.name(), .owners = owners_in_cell(), .quota = quota};
  Process child = spawn_in_cell({.layout = layout, .scratch = store + "/tmp"},
                                [&task] { unpack_in_cell(task); });
  RecordFile report = read_report(task, child);
  const Digest chain = parse_digest(report.record.root);
  const std::string trees = store + "/trees/" + chain.algorithm;
  const std::string tree = trees + "/" + chain.hex;
  report.record.root = tree + "/fs";
  make_directories(trees, 0700);
  // The record first: it counts for nothing while its tree is not there, but when there is no room
  // for it the tree need not be made.
  write_record(store, layout, tag, report.index, report.record);
  if (kind_of(report.record.root)) return;
  try {
    make_tree(task, child, workspace, tree);
  } catch (...) {
    remove_record(store, layout, tag);
    throw;
  }
}

namespace {

/// Does any record below a directory of records name this tree?
bool is_recorded(const fs::path& records, const std::string& root) {
  for (const auto& entry : fs::recursive_directory_iterator(records)) {
    if (!entry.is_regular_file()) continue;
    const auto file = parse_record(read_file(entry.path()));
    if (file && file->record.root == root) return true;
  }
  return false;
}

}  // namespace

void remove_unrecorded(const std::string& store) {
  prepare_store(store);
  const Fd lock = lock_store(store);
  for (const auto& algorithm : fs::directory_iterator(store + "/trees")) {
    for (const auto& tree : fs::directory_iterator(algorithm)) {
      if (is_recorded(store + "/images", tree.path() / "fs")) continue;
      fs::rename(tree, store + "/tmp/" + tree.path().filename().string());
    }
  }
  // Without root, only a process with all the ids of the trees can delete them.
  Process child = spawn_in_cell({.layout = store + "/images", .scratch = store + "/tmp"}, [] {
    empty_directory(open_file(kCellScratch, O_RDONLY | O_DIRECTORY));
  });
  await_success(child);
}

}  // namespace toolkit
