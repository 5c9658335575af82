#pragma once

#include <poll.h>

#include <string>

#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// Bytes on their way from one descriptor to another: read when the last ones are gone, written as
/// far as the target takes them. Neither side can block the other.
class Relay {
 public:
  Relay(FdRef from, FdRef to) noexcept : from_(from), to_(to) {}

  /// What poll(2) should wait for now, as the two entries want it.
  [[nodiscard]] pollfd read_interest() const noexcept;
  [[nodiscard]] pollfd write_interest() const noexcept;

  /// Reads what is there. Returns the bytes that came, for who counts keys in them.
  std::string_view receive();
  /// Writes what is waiting.
  void send();
  [[nodiscard]] bool ended() const noexcept { return ended_; }

 private:
  FdRef from_;
  FdRef to_;
  std::string waiting_;
  bool ended_ = false;  ///< nothing more comes, or the target is gone
};

}  // namespace toolkit
