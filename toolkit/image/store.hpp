#pragma once

#include <string>

#include "toolkit/image/layer.hpp"
#include "toolkit/image/record.hpp"

namespace toolkit {

// A user's store of unpacked images:
//   <store>/images/…                   the records, see record.hpp
//   <store>/trees/sha256/<hex>/fs      a tree, named by its chain ID; its parent is 0700, so that no
//                                      other user reaches the setuid programs in it (CVE-2021-41091)
//   <store>/trees/sha256/<hex>/single  there when all owners in it became the one id there was
//   <store>/tmp/…                      trees being made; what a killed helper left goes with the next
//   <store>/lock                       held by whoever changes any of it

/// Verifies an image of a layout and unpacks it, once for all images of the same layers, then
/// records it. Whoever comes second waits for the first and finds the record. The image's bytes are
/// read by a child shut into a cell (cell.hpp); this process moves what the child made.
/// Throws SystemError or std::runtime_error with one line; nothing is left in the store then.
void unpack_image(const std::string& store, const std::string& layout, const std::string& tag,
                  const Quota& quota = {});

/// Removes the trees that no record names, and what killed helpers left. A container that still has
/// such a tree below its root is the caller's to know.
void remove_unrecorded(const std::string& store);

}  // namespace toolkit
