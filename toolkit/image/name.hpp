#pragma once

#include <string>
#include <string_view>

namespace toolkit {

/// Where an image lies: the directory of an OCI image layout, and one of the names in its index.
struct ImageName {
  std::string layout = {};  ///< absolute
  std::string tag = {};     ///< empty: the layout's only image
};

/// Reads what stands for an image on a command line:
///   oci:PATH[:TAG]             an OCI image layout, in skopeo's syntax
///   /PATH, ./PATH or ../PATH   an OCI image layout
///   NAME[:TAG]                 an embedded image, `<images_dir>/NAME`
/// Throws std::runtime_error with one line: what is wrong with the name, and for an unknown one
/// which there are.
ImageName parse_image_name(std::string_view name, const std::string& images_dir);

}  // namespace toolkit
