#include "toolkit/image/busybox.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "toolkit/image/layout_writer.hpp"
#include "toolkit/image/tar.hpp"
#include "toolkit/kernel/text.hpp"

namespace toolkit {

namespace {

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "daemon:x:1:1:daemon:/usr/sbin:/bin/false\n"
    "bin:x:2:2:bin:/bin:/bin/false\n"
    "sys:x:3:3:sys:/dev:/bin/false\n"
    "mail:x:8:8:mail:/var/spool/mail:/bin/false\n"
    "www-data:x:33:33:www-data:/var/www:/bin/false\n"
    "operator:x:37:37:Operator:/var:/bin/false\n"
    "nobody:x:65534:65534:nobody:/home:/bin/false\n";

constexpr std::string_view kGroup =
    "root:x:0:\n"
    "daemon:x:1:\n"
    "bin:x:2:\n"
    "sys:x:3:\n"
    "adm:x:4:\n"
    "tty:x:5:\n"
    "disk:x:6:\n"
    "mail:x:8:\n"
    "wheel:x:10:root\n"
    "www-data:x:33:\n"
    "shadow:x:42:\n"
    "staff:x:50:\n"
    "users:x:100:\n"
    "nobody:x:65534:\n";

constexpr std::string_view kShadow =
    "root:*:::::::\n"
    "daemon:*:::::::\n"
    "bin:*:::::::\n"
    "sys:*:::::::\n"
    "mail:*:::::::\n"
    "www-data:*:::::::\n"
    "operator:*:::::::\n"
    "nobody:*:::::::\n";

struct Item {
  TarEntry entry = {};
  std::string_view content = {};
};

/// The layer's entries by path, so sorted: a directory stands before what lies in it.
class Tree {
 public:
  void directory(const std::string& path, mode_t mode = 0755) {
    put({.path = path, .type = EntryType::directory, .mode = mode}, {});
  }
  void file(const std::string& path, mode_t mode, std::string_view content) {
    put({.path = path, .type = EntryType::file, .mode = mode}, content);
  }
  void symlink(const std::string& path, const std::string& target) {
    put({.path = path, .type = EntryType::symlink, .mode = 0777, .target = target}, {});
  }

  [[nodiscard]] std::string archive() const {
    TarWriter writer;
    for (const auto& [path, item] : items_) writer.add(item.entry, item.content);
    return writer.finish();
  }

 private:
  void put(TarEntry entry, std::string_view content) {
    std::string path = entry.path;
    items_.try_emplace(std::move(path), Item{.entry = std::move(entry), .content = content});
  }

  std::map<std::string, Item> items_ = {};
};

std::string way_up(std::string_view path) {
  std::string up;
  for (const char c : path) {
    if (c == '/') up.append("../");
  }
  return up;
}

void add_applets(Tree& tree, std::string_view applets) {
  for (const std::string_view line : lines(applets)) {
    const std::string path(trim(line));
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) continue;  // "linuxrc", for the root of an initial RAM disk
    tree.symlink(path,
                 slash == 3 && path.starts_with("bin/") ? "busybox" : way_up(path) + "bin/busybox");
  }
}

}  // namespace

std::string busybox_layer(std::string_view busybox, std::string_view applets) {
  Tree tree;
  for (const char* path : {"bin", "dev", "etc", "home", "proc", "sbin", "sys", "usr", "usr/bin",
                           "usr/sbin", "var", "var/log", "var/spool", "var/spool/mail"}) {
    tree.directory(path);
  }
  tree.directory("root", 0700);
  tree.directory("tmp", 01777);
  tree.file("bin/busybox", 0755, busybox);
  tree.file("etc/passwd", 0644, kPasswd);
  tree.file("etc/group", 0644, kGroup);
  tree.file("etc/shadow", 0640, kShadow);
  // A start mounts the container's own over these; where they lack, it would make them in the layer above.
  for (const char* path : {"etc/hosts", "etc/hostname", "etc/resolv.conf"})
    tree.file(path, 0644, {});
  add_applets(tree, applets);
  return tree.archive();
}

void pack_busybox(const std::string& directory, std::string_view busybox, std::string_view applets,
                  const Platform& platform) {
  LayoutWriter layout(directory);
  ImageConfig config{.platform = platform,
                     .env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                     .cmd = {"sh"}};
  Descriptor manifest = layout.add_image(std::move(config), {busybox_layer(busybox, applets)});
  manifest.platform = platform;
  manifest.ref_name = "latest";
  layout.write_index({manifest});
}

}  // namespace toolkit
