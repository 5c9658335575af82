#pragma once

#include <optional>
#include <string>
#include <vector>

namespace toolkit {

/// What `cooper run` was asked, word for word.
struct RunOptions {
  std::string state = {};   ///< directory of running containers; empty: the default
  std::string store = {};   ///< directory of unpacked images; empty: the default
  std::string rootfs = {};  ///< DIR or DIR:O; empty: the first of `words` is an image
  std::vector<std::string> words = {};
  std::string hostname = {};
  std::vector<std::string> env = {};
  std::vector<std::string> env_files = {};
  std::string working_directory = {};
  std::string user = {};
  std::optional<std::string> entrypoint = {};  ///< the empty one clears the image's
  std::vector<std::string> volumes = {};
  std::vector<std::string> tmpfs = {};
  std::vector<std::string> sysctls = {};
  std::string tz = {};
  std::string userns = {};  ///< this and the next four: empty for the default
  std::string pid = {};
  std::string ipc = {};
  std::string uts = {};
  std::string network = {};
  std::vector<std::string> uidmaps = {};
  std::vector<std::string> gidmaps = {};
  std::string pidfile = {};
  bool read_only = false;
  bool init = false;
  bool interactive = false;
  bool tty = false;
  bool plan = false;
};

/// `cooper run`: makes a container, stays with it, returns its exit status.
int run(const RunOptions& options);

}  // namespace toolkit
