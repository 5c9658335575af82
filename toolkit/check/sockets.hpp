#pragma once

#include <functional>
#include <string>

#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {

// A socket stays in the network namespace it was made in, whoever holds it. See network_namespaces(7).

/// Listens on 127.0.0.1.
Fd listen_on(int port);
/// Listens on a name of unix(7) that is in no file system.
Fd listen_on_abstract(const std::string& name);
/// Whether somebody listens there: "ok", or the errno's name ("ECONNREFUSED").
std::string connect_to(int port);
std::string connect_to_abstract(const std::string& name);

/// A descriptor that is made elsewhere: `there` is to call what it gets, as `inside` does in other namespaces.
Fd made_elsewhere(const std::function<void(const std::function<std::string()>&)>& there,
                  const std::function<Fd()>& make);

}  // namespace toolkit::checks
