#pragma once

#include <string_view>

#include "toolkit/container/request.hpp"

namespace toolkit {

/// What stands behind the second colon of `-v`: words between commas. Throws std::runtime_error, without the
/// name of the volume.
void apply_volume_options(Volume& volume, std::string_view words);

/// Slave and shared need a host's mount that takes part in propagation; `mountinfo` is the caller's.
/// Throws std::runtime_error, without the name of the volume.
void require_peers(const Volume& volume, std::string_view mountinfo, std::uint64_t mount_id);

}  // namespace toolkit
