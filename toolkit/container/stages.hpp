#pragma once

#include <vector>

#include "toolkit/container/request.hpp"

/// The stages of a start, in the order in which plan_start() strings them together. Until the pivot
/// the host's tree is in reach; after it every path means the container's own, so no link in an
/// image can lead out.
namespace toolkit::stage {

using Steps = std::vector<Step>;

/// A place to put the root together, what is needed of the host taken hold of, and the user namespace's
/// root instead of a caller who is nobody in it.
Steps begin(const Request& request, const Host& host);
/// Is the root taken hold of by begin()? Then it comes to lie beside the others, at lower().
bool takes_root(const Request& request, const Host& host);
std::string lower(const Host& host);
/// What `host.base` is called for a builder that is not the caller.
inline constexpr const char* kBuilderBase = ".";
/// See step::OpenTree: a volume, and the file of the zone.
std::string variant_of(const Volume& volume);
inline constexpr const char* kZone = "zone";
/// The root is put together below `host.base`.
Steps assemble_root(const Request& request, const Host& host);
/// /dev and what is mounted in it, beside the root: no link of an image is on these paths.
Steps make_devices(const Request& request, const Host& host);
/// /proc and /sys beside the root, too: what a container must not see is masked, what it must not write
/// is read-only, before anything that is shared with another container can move a name away.
Steps mount_kernel(const Request& request, const Host& host);
/// The root becomes "/", /dev, /proc and /sys come to lie in it, the host's tree is let go.
Steps pivot(const Host& host);
/// A session, and its terminal or input, while /dev is what was just put there and no volume's.
Steps take_streams(const Request& request);
/// Volumes, tmpfs, and the files below /etc.
Steps mount_volumes(const Request& request, const Host& host);
/// With --read-only, nothing is written to the root.
Steps protect(const Request& request);
/// Host name, keys, loopback, working directory.
Steps settle(const Request& request);
/// Capabilities, groups, user, no_new_privs.
Steps drop_privileges(const Request& request, const Host& host);

}  // namespace toolkit::stage
