#pragma once

#include "toolkit/container/request.hpp"
#include "toolkit/cooper/run.hpp"

namespace toolkit {

/// Looks up everything that the words of a command line mean: the image or root, the user in its
/// passwd, the volumes, the environment. Nothing is changed but the image store.
Request make_request(const RunOptions& options, const std::string& id);

}  // namespace toolkit
