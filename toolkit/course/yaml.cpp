#include "toolkit/course/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace toolkit::course {

struct YamlMap::Node {
  YAML::Node yaml;
  std::string file;
};

namespace {

[[noreturn]] void fail_at(const std::string& file, const YAML::Mark& mark,
                          const std::string& what) {
  throw std::runtime_error(fmt::format("{}:{}: {}", file, mark.line + 1, what));
}

YAML::Node load(std::string_view text, const std::string& file) {
  try {
    return YAML::Load(std::string(text));
  } catch (const YAML::ParserException& error) {
    fail_at(file, error.mark, error.msg);
  }
}

/// yaml-cpp takes the later of two equal keys in silence.
void expect_unique(const YAML::Node& yaml, const std::string& file) {
  if (!yaml.IsMap()) fail_at(file, yaml.Mark(), "a mapping is expected here");
  std::set<std::string> seen;
  for (const auto& pair : yaml) {
    const std::string key = pair.first.Scalar();
    if (!seen.insert(key).second)
      fail_at(file, pair.first.Mark(), fmt::format("a second '{}'", key));
  }
}

}  // namespace

void YamlMap::fail(const std::string& key, const std::string& what) const {
  const YAML::Node value = node_->yaml[key];
  fail_at(node_->file, value.IsDefined() ? value.Mark() : node_->yaml.Mark(),
          fmt::format("{}: {}", key, what));
}

bool YamlMap::has(const std::string& key) const { return node_->yaml[key].IsDefined(); }

std::string YamlMap::text(const std::string& key) const {
  const YAML::Node value = node_->yaml[key];
  if (!value.IsDefined()) fail(key, "it is missing");
  if (value.IsNull()) return {};
  if (!value.IsScalar()) fail(key, "a text is expected");
  return value.Scalar();
}

std::string YamlMap::text(const std::string& key, const std::string& otherwise) const {
  return has(key) ? text(key) : otherwise;
}

int YamlMap::number(const std::string& key) const {
  const std::string digits = text(key);
  if (digits.empty() || digits.size() > 6 ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    fail(key, fmt::format("a number is expected, not '{}'", digits));
  }
  return std::stoi(digits);
}

std::vector<std::string> YamlMap::list(const std::string& key) const {
  const YAML::Node value = node_->yaml[key];
  if (!value.IsDefined()) return {};
  if (!value.IsSequence()) fail(key, "a list is expected");
  std::vector<std::string> found;
  for (const YAML::Node& item : value) {
    if (!item.IsScalar()) fail(key, "a list of texts is expected");
    found.push_back(item.Scalar());
  }
  return found;
}

std::vector<YamlMap> YamlMap::maps(const std::string& key) const {
  const YAML::Node value = node_->yaml[key];
  if (!value.IsDefined()) return {};
  if (!value.IsSequence()) fail(key, "a list is expected");
  std::vector<YamlMap> found;
  for (const YAML::Node& item : value) {
    expect_unique(item, node_->file);
    found.push_back(YamlMap(std::make_shared<const Node>(Node{item, node_->file})));
  }
  return found;
}

void YamlMap::expect_only(const std::vector<std::string>& keys) const {
  for (const auto& pair : node_->yaml) {
    const std::string key = pair.first.Scalar();
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    fail_at(node_->file, pair.first.Mark(),
            fmt::format("no key '{}' here; known are: {}", key, fmt::join(keys, " ")));
  }
}

YamlMap parse_yaml_map(std::string_view text, const std::string& file) {
  const YAML::Node yaml = load(text, file);
  expect_unique(yaml, file);
  return YamlMap(std::make_shared<const YamlMap::Node>(YamlMap::Node{yaml, file}));
}

std::vector<YamlMap> parse_yaml_maps(std::string_view text, const std::string& file) {
  const YAML::Node yaml = load(text, file);
  if (yaml.IsNull()) return {};
  if (!yaml.IsSequence()) fail_at(file, yaml.Mark(), "a list is expected here");
  std::vector<YamlMap> found;
  for (const YAML::Node& item : yaml) {
    expect_unique(item, file);
    found.push_back(YamlMap(std::make_shared<const YamlMap::Node>(YamlMap::Node{item, file})));
  }
  return found;
}

}  // namespace toolkit::course
