#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/kernel/fd.hpp"

namespace toolkit {

/// Where the running containers of one user are known: a directory of records, one a container, and
/// an empty one to mount on. Below /run or XDG_RUNTIME_DIR, so a reboot clears it.
class StateDirectory {
 public:
  /// Makes it when it is not there. Throws when it is another's, or others could write to it.
  explicit StateDirectory(std::string path);
  /// Makes what is missing of it: a start that was killed may have made a part.
  void make() const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string records() const { return path_ + "/run"; }
  [[nodiscard]] std::string base() const { return path_ + "/mnt"; }

 private:
  std::string path_;
};

/// The default: /run/cooper for root, else below XDG_RUNTIME_DIR, else /tmp/cooper-UID.
std::string default_state_path();
/// Where unpacked images lie: /var/lib/cooper for root, else below XDG_DATA_HOME or HOME.
std::string default_store_path();

/// A running container's file, held locked while its `cooper` lives: whoever can lock it knows that
/// this one was killed. Written before the container's command starts; removed at the end.
class Record {
 public:
  Record(const StateDirectory& state, const std::string& id);
  ~Record();
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  /// Writes down the container's first process, which still waits at its gate.
  /// With `pidfile`, the file outside of the state that is about to hold its number.
  void set_process(pid_t pid, const std::string& pidfile = {});

 private:
  std::string path_;
  Fd file_;
};

/// What a record says.
struct RecordedProcess {
  pid_t pid = 0;
  std::uint64_t recorded_at = 0;  ///< CLOCK_BOOTTIME, nanoseconds
  std::string boot_id = {};
  std::string pidfile = {};  ///< absolute, or empty
};
/// Pure. Nothing for a record that is torn or was never filled.
std::optional<RecordedProcess> parse_recorded_process(std::string_view content);

/// A container that a killed `cooper` left.
struct Leftover {
  std::string id;
  std::optional<pid_t> ended = {};  ///< a process that was still alive, and was ended
};
/// Removes what killed ones left, and ends what still runs of them. A process is ended only when it
/// is the recorded one: same boot, started before the record was written, PID 1 of a namespace.
std::vector<Leftover> sweep(const StateDirectory& state);

}  // namespace toolkit
