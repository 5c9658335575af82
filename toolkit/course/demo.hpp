#pragma once

namespace toolkit::course {

/// `lab demo`: starts a container of the embedded image with `cooper run` and shows, side by side,
/// what the host and the container see, with the lab that teaches each. Runs as anybody who may make
/// namespaces. Returns 0, or 69 (EX_UNAVAILABLE) where containers are forbidden: then it says by
/// what, and shows the host alone.
int demo();

}  // namespace toolkit::course
