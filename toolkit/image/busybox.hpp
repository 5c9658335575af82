#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "toolkit/image/manifest.hpp"

namespace toolkit {

/// Makes the embedded image in `directory`, an OCI image layout with one layer: a static busybox,
/// a link for each applet, and what a root directory needs besides. The same busybox gives the
/// same bytes. `applets` is what `busybox --list-full` prints: "bin/sh", a line each.
void pack_busybox(const std::string& directory, std::string_view busybox, std::string_view applets,
                  const Platform& platform);

/// The layer alone: a tar archive, its entries sorted.
std::string busybox_layer(std::string_view busybox, std::string_view applets);

}  // namespace toolkit
