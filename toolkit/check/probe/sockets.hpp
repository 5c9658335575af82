#pragma once

namespace toolkit::probe {

/// Listens on 127.0.0.1 for as long as the process lives; -1 with errno.
int listen_on(int port) noexcept;
/// Connects to 127.0.0.1, and hangs up; -1 with errno.
int connect_to(int port) noexcept;
/// The same with a name that is in no file system. See "abstract" in unix(7).
int connect_to_abstract(const char* name) noexcept;

}  // namespace toolkit::probe
