#include "toolkit/image/name.hpp"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>
#include <stdexcept>
#include <vector>

#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {

namespace {

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  throw std::runtime_error("image '" + printable(name) + "': " + std::string(why));
}

bool has_control_bytes(std::string_view text) { return printable(text) != text; }

std::string absolute(std::string_view path) {
  if (path.front() == '/') return std::string(path);
  std::array<char, PATH_MAX> here{};
  if (::getcwd(here.data(), here.size()) == nullptr) throw_errno("getcwd");
  return std::string(here.data()).append("/").append(path);
}

ImageName layout_name(std::string_view name, std::string_view path, std::string_view tag) {
  if (path.empty()) refuse(name, "the path of an OCI image layout is empty");
  // It becomes a word of the helper's command line, where a '-' would make it an option.
  if (tag.starts_with('-')) refuse(name, "a tag begins with a letter or digit");
  if (has_control_bytes(name)) refuse(name, "a control character in the name");
  return {.layout = absolute(path), .tag = std::string(tag)};
}

/// The grammar of a repository's last component: lower case, digits, and '.', '_', '-' between.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && kLower.find(name.front()) != std::string::npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return kLower.find(c) != std::string::npos || c == '.' || c == '_' || c == '-';
         });
}

bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= 128 && tag.front() != '.' && tag.front() != '-' &&
         std::all_of(tag.begin(), tag.end(), [](char c) {
           return kWord.find(c) != std::string::npos || c == '.' || c == '_' || c == '-';
         });
}

std::string embedded_images(const std::string& images_dir) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(images_dir.c_str()), ::closedir);
  std::vector<std::string> names;
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    if (is_plain_name(entry->d_name)) names.emplace_back(entry->d_name);
  }
  if (names.empty()) return "none";
  std::sort(names.begin(), names.end());
  std::string list;
  for (const std::string& name : names) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

[[noreturn]] void refuse_unknown(std::string_view name, const std::string& images_dir) {
  refuse(name, "no such image; embedded: " + embedded_images(images_dir) +
                   "; an OCI layout is named oci:PATH[:TAG] or by a path that begins with / or ./");
}

}  // namespace

ImageName parse_image_name(std::string_view name, const std::string& images_dir) {
  constexpr std::string_view kOci = "oci:";
  if (name.empty()) refuse(name, "the name is empty");
  if (name.starts_with(kOci)) {
    const std::string_view rest = name.substr(kOci.size());
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return layout_name(name, rest, {});
    if (colon + 1 == rest.size()) refuse(name, "the tag is empty");
    return layout_name(name, rest.substr(0, colon), rest.substr(colon + 1));
  }
  if (name.starts_with("/") || name.starts_with("./") || name.starts_with("../")) {
    return layout_name(name, name, {});
  }
  const std::size_t colon = name.find(':');
  const std::string_view image = name.substr(0, colon);
  const bool tagged = colon != std::string_view::npos;
  const std::string_view tag = tagged ? name.substr(colon + 1) : std::string_view();
  if (!is_plain_name(image) || (tagged && !is_tag(tag))) refuse_unknown(name, images_dir);
  std::string layout = images_dir + "/" + std::string(image);
  if (::access((layout + "/index.json").c_str(), F_OK) != 0) refuse_unknown(name, images_dir);
  return {.layout = std::move(layout), .tag = std::string(tag)};
}

}  // namespace toolkit
