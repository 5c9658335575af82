#include "toolkit/course/learn/saves.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "toolkit/kernel/error.hpp"

namespace toolkit::course {

Saves::Saves(const std::string& directory, std::vector<std::string> files)
    : files_(std::move(files)),
      inotify_(check(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK), "inotify_init1")) {
  check(::inotify_add_watch(inotify_.get(), directory.c_str(),
                            IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR),
        "inotify_add_watch", directory);
}

bool Saves::take() {
  bool saved = false;
  std::array<char, 16384> chunk{};
  while (true) {
    const ssize_t got = ::read(inotify_.get(), chunk.data(), chunk.size());
    if (got == -1 && errno == EINTR) continue;
    if (got == -1 && errno == EAGAIN) return saved;
    const auto bytes = static_cast<std::size_t>(check(got, "read", "inotify"));
    for (std::size_t at = 0; at < bytes;) {
      inotify_event event{};
      std::memcpy(&event, chunk.data() + at, sizeof event);
      // The name is filled up with zeros to event.len bytes.
      const std::string name = event.len > 0 ? chunk.data() + at + sizeof event : "";
      const bool lost = (event.mask & IN_Q_OVERFLOW) != 0;  // then anything may have happened
      saved = saved || lost || std::find(files_.begin(), files_.end(), name) != files_.end();
      at += sizeof event + event.len;
    }
  }
}

}  // namespace toolkit::course
