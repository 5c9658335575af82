#pragma once

namespace toolkit {

/// Closes every descriptor but stdin, stdout and stderr, and opens /dev/null as those of them that
/// are closed: what a caller left open can be reached by no path of an image (CVE-2024-21626), and
/// nothing that is opened here is taken for an output. Throws std::runtime_error when one of the
/// three is a directory: the container could walk the host's files from it.
void tidy_descriptors();

}  // namespace toolkit
