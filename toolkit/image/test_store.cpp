#include "toolkit/image/test_store.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit::test {

namespace fs = std::filesystem;

StoreSample::StoreSample(const std::vector<std::string>& layers) {
  write_layout(layout, layers);
  fs::create_directory(store);
  fs::permissions(store, fs::perms::owner_all);
}

std::string StoreSample::refusal(const Quota& quota) const {
  try {
    unpack(quota);
    return "accepted";
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::size_t StoreSample::count(const std::string& directory) const {
  const fs::path path = store + "/" + directory;
  if (!fs::exists(path)) return 0;
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), {}));
}

bool StoreSample::is_clean() const {
  return count("images") == 0 && count("tmp") == 0 && count("trees/sha256") == 0;
}

void StoreSample::give_to(uid_t user) const {
  for (const auto& entry : fs::recursive_directory_iterator(temp.path())) {
    check(::lchown(entry.path().c_str(), user, user), "lchown", entry.path().native());
  }
  check(::chown(temp.path().c_str(), user, user), "chown");
}

fs::path StoreSample::layer_blob() const {
  fs::path largest;
  for (const auto& entry : fs::directory_iterator(layout + "/blobs/sha256")) {
    if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
  }
  return largest;
}

struct stat status_of(const std::string& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

void become(uid_t user) {
  check(::setresgid(user, user, user), "setresgid");
  check(::setresuid(user, user, user), "setresuid");
  check(::prctl(PR_SET_DUMPABLE, 1), "prctl");  // or its /proc files belong to root
}

bool can_unpack() {
  try {
    Process::spawn({.namespaces = is_root() ? Ns::mount : Ns::mount | Ns::user}, [] {
    }).await_exec();
    return true;
  } catch (const SystemError&) {
    return false;
  }
}

}  // namespace toolkit::test
