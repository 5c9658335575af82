#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toolkit::course {

/// A mapping of a YAML file. Whatever is wrong with it is thrown as std::runtime_error, in one line
/// that names the place: "labs/04-uts/lab.yaml:7: …". A key that nobody asked for is wrong too.
class YamlMap {
 public:
  [[nodiscard]] bool has(const std::string& key) const;
  [[nodiscard]] std::string text(const std::string& key) const;
  /// The text, or another where the key is not there.
  [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise) const;
  [[nodiscard]] int number(const std::string& key) const;
  /// The texts of a list; none where the key is not there.
  [[nodiscard]] std::vector<std::string> list(const std::string& key) const;
  [[nodiscard]] std::vector<YamlMap> maps(const std::string& key) const;
  /// Throws unless every key of the mapping is one of these.
  void expect_only(const std::vector<std::string>& keys) const;
  [[noreturn]] void fail(const std::string& key, const std::string& what) const;

 private:
  struct Node;
  explicit YamlMap(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  friend YamlMap parse_yaml_map(std::string_view text, const std::string& file);
  friend std::vector<YamlMap> parse_yaml_maps(std::string_view text, const std::string& file);

  std::shared_ptr<const Node> node_;
};

/// A file that is one mapping; its name stands in errors.
YamlMap parse_yaml_map(std::string_view text, const std::string& file);
/// A file that is a list of mappings; an empty file is an empty list.
std::vector<YamlMap> parse_yaml_maps(std::string_view text, const std::string& file);

}  // namespace toolkit::course
