#pragma once

#include <functional>
#include <string>

#include "toolkit/image/layer.hpp"
#include "toolkit/image/layout.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// Unpacks an image's layers into `<directory>/fs`, each verified on its way: the blob by its
/// digest, the tar in it by its diff ID. Whatever fails, nothing is left in the directory.
void unpack_layers(const Layout& layout, const ResolvedImage& image, FdRef directory, Owners owners,
                   const Quota& quota);

}  // namespace toolkit
