#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "toolkit/image/store.hpp"
#include "toolkit/image/test_layers.hpp"

namespace toolkit::test {

/// A layout and a store beside it, for the tests that unpack one into the other.
struct StoreSample {
  explicit StoreSample(const std::vector<std::string>& layers);
  void unpack(const Quota& quota = {}) const { unpack_image(store, layout, "", quota); }
  /// What unpacking says against it, or "accepted".
  [[nodiscard]] std::string refusal(const Quota& quota = {}) const;
  [[nodiscard]] std::optional<ImageRecord> record() const { return find_record(store, layout, ""); }
  [[nodiscard]] std::string in_tree(const std::string& name) const {
    return record().value().root + "/" + name;
  }
  /// How many entries a directory of the store has.
  [[nodiscard]] std::size_t count(const std::string& directory) const;
  /// No record, no tree, nothing half made.
  [[nodiscard]] bool is_clean() const;
  void give_to(uid_t user) const;
  /// The largest blob, which is the layer.
  [[nodiscard]] std::filesystem::path layer_blob() const;

  TempDir temp = {};
  std::string layout = temp.at("layout");
  std::string store = temp.at("store");
};

struct stat status_of(const std::string& path);

/// Root becomes another user for good.
void become(uid_t user);

/// Can the caller have a cell? Not in a sandbox that forbids namespaces, be it root or not.
bool can_unpack();

}  // namespace toolkit::test
