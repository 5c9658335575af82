#pragma once

namespace toolkit::probe {

/// Leaves orphans to whoever takes them over: a helper makes as many processes and ends, they end at
/// once with status 7, and nobody who made them waits. How many there were, which may be fewer; -1
/// with errno when there was not even the helper.
int leave_orphans(int count) noexcept;

}  // namespace toolkit::probe
