#include "bench/workspace.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/start.hpp"
#include "toolkit/image/record.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/rootfs.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit::bench {
namespace {

namespace fs = std::filesystem;

std::string make_directory_in(const std::string& parent) {
  std::string path = parent + "/cooperage-bench-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) throw_errno("mkdtemp", path);
  return path;
}

/// A place in memory that is this user's, as runners use by default.
std::string runtime_directory() {
  if (::geteuid() == 0) return "/run";
  const char* directory = std::getenv("XDG_RUNTIME_DIR");
  return directory != nullptr && ::access(directory, W_OK) == 0 ? directory : "/tmp";
}

/// What a run leaves half made goes as well as it can; a destructor has nobody to tell.
void remove_all(const std::string& path) noexcept {
  std::error_code ignored;
  if (!path.empty()) fs::remove_all(path, ignored);
}

void unpack(const std::string& prefix, const std::string& store, const std::string& layout) {
  const std::string helper = prefix + "/libexec/cooper/cooper-image";
  const Said said =
      listen_to({.program = helper, .argv = {helper, "unpack", "--store", store, layout}});
  if (said.status != 0) throw std::runtime_error(std::string(trim(said.text)));
}

}  // namespace

Workspace::Workspace(std::string prefix) : prefix_(std::move(prefix)) {
  const std::string layout = prefix_ + "/share/cooperage/images/busybox";
  path_ = make_directory_in(std::string(kTreesBelow));
  try {
    state_ = make_directory_in(runtime_directory());
    unpack(prefix_, store(), layout);
    const auto image = find_record(store(), layout, "");
    if (!image) throw std::runtime_error(layout + ": it was unpacked, and is not recorded");
    fs::create_directory(rootfs());
    copy_tree(image->root, rootfs());
  } catch (...) {
    remove_all(state_);
    remove_all(path_);
    throw;
  }
}

Workspace::~Workspace() {
  remove_all(state_);
  remove_all(path_);
}

std::string Workspace::make_bundle(const std::string& name) const {
  const std::string bundle = path_ + "/" + name;
  fs::create_directory(bundle);
  return bundle;
}

std::string config_for_bench(const std::string& spec, const std::string& root) {
  nlohmann::json config = nlohmann::json::parse(spec);
  config["process"]["terminal"] = false;
  config["process"]["args"] = {"/bin/true"};
  config["root"] = {{"path", root}, {"readonly", false}};
  nlohmann::json& namespaces = config["linux"]["namespaces"];
  const nlohmann::json cgroup = {{"type", "cgroup"}};
  if (std::find(namespaces.begin(), namespaces.end(), cgroup) == namespaces.end()) {
    namespaces.push_back(cgroup);
  }
  return config.dump(2);
}

}  // namespace toolkit::bench
