#include "toolkit/check/zones.hpp"

#include <sys/stat.h>

#include <array>
#include <filesystem>

#include "toolkit/check/random.hpp"
#include "toolkit/check/verdict.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::checks {

Zone choose_zone(const Machine& machine) {
  const std::optional<std::string> machines = machine.read(kLocaltime);
  constexpr std::array kNames{"Asia/Kathmandu",   "Asia/Tokyo",   "America/St_Johns",
                              "Pacific/Chatham",  "Asia/Tehran",  "Australia/Eucla",
                              "America/Santiago", "Asia/Kolkata", "Pacific/Marquesas"};
  const auto first = static_cast<std::size_t>(random_number(0, kNames.size() - 1));
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const std::string name = kNames.at((first + i) % kNames.size());
    const auto file = machine.read("/usr/share/zoneinfo/" + name);
    if (machines && file && *file != *machines) return {.name = name, .content = *file};
  }
  skip("there is no /etc/localtime, or no zone in /usr/share/zoneinfo",
       "install tzdata: apt-get install tzdata");
}

std::string zone_file_of(const Machine& machine) {
  return machine.inside(Ns::mount,
                        [] { return std::filesystem::weakly_canonical(kLocaltime).string(); });
}

std::string content_at(pid_t pid, const std::string& path) {
  return inside(pid, Ns::mount, [&path] { return read_file(path); });
}

std::string id_at(pid_t pid, const std::string& path) {
  return inside(pid, Ns::mount, [&path] {
    struct stat file {};
    check(::stat(path.c_str(), &file), "stat", path);
    return to_text(FileId{.device = file.st_dev, .inode = file.st_ino});
  });
}

std::string zone_variable_of(const Subject& subject) {
  std::string found;
  for (const std::string& variable : environment_of(subject.payload())) {
    if (variable.starts_with("TZ=")) found += (found.empty() ? "" : " and ") + variable;
  }
  return found;
}

}  // namespace toolkit::checks
