#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "toolkit/check/trace_decode.hpp"

namespace toolkit::checks {

/// What an argument of a call means.
enum class Kind {
  end,
  skip,    ///< is not shown
  number,  ///< signed
  hex,
  descriptor,  ///< "3</w/root>"
  directory,   ///< the same, or AT_FDCWD
  text,        ///< a string
  counted,     ///< bytes, as many as the next argument says
  words,       ///< an array of strings
  ids,         ///< an array of ids, as many as the argument before says
  mode,
  file_mode,
  device,
  signal,
  mount_flags,
  umount_flags,
  clone_flags,
  unshare_flags,
  open_flags,
  open_how,       ///< struct open_how
  creation_mode,  ///< the mode of an open, where the flags before it create
  open_tree_flags,
  move_flags,
  attributes,  ///< struct mount_attr
  at_flags,
  wait_flags,
  clone_args,    ///< struct clone_args
  capabilities,  ///< the sets of capset
  prctl,
  prctl_value,  ///< its second argument, as the first wants it
  handler,      ///< struct sigaction
  family,
  socket_type,
  address,  ///< struct sockaddr
  message,  ///< what is sent, where that is a message to netlink; as long as the next argument says
};

/// How a call is told.
struct CallShape {
  std::string_view name;
  Show show = Show::always;
  std::size_t subject = 0;  ///< which argument it is about
  std::array<Kind, 6> kinds = {};
};

/// nullptr for a call that nobody who builds containers makes on purpose.
const CallShape* shape_of(std::string_view name);

}  // namespace toolkit::checks
