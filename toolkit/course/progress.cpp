#include "toolkit/course/progress.hpp"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <stdexcept>

#include "toolkit/course/keep.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/fd.hpp"

namespace toolkit::course {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool same_files(const Lab& lab, const fs::path& a, const fs::path& b) {
  return std::all_of(lab.files.begin(), lab.files.end(), [&](const std::string& file) {
    return fs::exists(a / file) && fs::exists(b / file) &&
           read_file(a / file) == read_file(b / file);
  });
}

}  // namespace

fs::path state_of(const Tree& tree) {
  const fs::path here = tree.source / ".lab";
  std::error_code hidden;
  const fs::path& place = fs::exists(here, hidden) ? here : tree.source;
  if (::access(place.c_str(), W_OK) == 0) return here;
  const std::string given = environment("XDG_STATE_HOME");
  if (given.empty() && environment("HOME").empty()) return here;
  const fs::path home =
      given.empty() ? fs::path(environment("HOME")) / ".local/state" : fs::path(given);
  std::string clone = tree.source;
  std::replace(clone.begin(), clone.end(), '/', '_');
  return home / "cooperage" / clone;
}

void require_state(const fs::path& state) {
  try {
    make_directories(state);
    check(::access(state.c_str(), W_OK | X_OK), "access", state.native());
  } catch (const std::exception& error) {
    throw std::runtime_error(
        fmt::format("your progress can't be kept in {}: {}; name a directory that you can write: "
                    "XDG_STATE_HOME=DIR ./lab check",
                    state.native(), error.what()));
  }
}

Progress read_progress(const fs::path& state) {
  const std::string file = state / "progress.json";
  std::error_code hidden;
  if (!fs::exists(file, hidden)) return {};
  try {
    return parse_progress(read_file(file));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format("{}: {}", file, error.what()));
  }
}

void update_progress(const fs::path& state, const std::string& lab,
                     const std::function<void(LabProgress&)>& change) {
  require_state(state);
  const Fd lock = open_file(state, O_RDONLY | O_DIRECTORY);
  check(::flock(lock.get(), LOCK_EX), "flock", state.native());
  Progress progress = read_progress(state);
  change(progress[lab]);
  write_whole(state / "progress.json", to_json(progress));
}

void note_results(LabProgress& progress, const std::vector<checks::Result>& results,
                  const std::string& now) {
  using checks::Verdict;
  bool all = !results.empty();
  for (const checks::Result& result : results) {
    if (result.verdict == Verdict::pass) progress.passed.try_emplace(result.id, now);
    all = all && (result.verdict == Verdict::pass || result.verdict == Verdict::skip);
  }
  const bool any = std::any_of(results.begin(), results.end(), [](const checks::Result& result) {
    return result.verdict == Verdict::pass;
  });
  if (all && any && progress.completed.empty()) progress.completed = now;
  progress.checked = now;
  progress.last = results;
}

fs::path latest_version(const fs::path& state, const Lab& lab, const std::string& label) {
  fs::path latest;
  if (!fs::is_directory(state / lab.name)) return latest;
  for (const fs::directory_entry& entry : fs::directory_iterator(state / lab.name)) {
    const bool labelled = entry.path().filename().native().starts_with(label + "-");
    if (labelled && entry.path() > latest) latest = entry.path();
  }
  return latest;
}

fs::path keep_version(const fs::path& state, const Lab& lab, const fs::path& folder,
                      const std::string& label, const std::string& now) {
  require_state(state);
  const fs::path before = latest_version(state, lab, label);
  if (!before.empty() && same_files(lab, before, folder)) return before;
  std::string time = now.substr(0, now.find('Z'));
  std::replace(time.begin(), time.end(), ':', '.');
  fs::path copy = state / lab.name / fmt::format("{}-{}", label, time);
  for (int again = 2; fs::exists(copy); ++again) {
    copy = state / lab.name / fmt::format("{}-{}-{}", label, time, again);
  }
  for (const std::string& file : lab.files) {
    if (fs::exists(folder / file)) write_whole(copy / file, read_file(folder / file));
  }
  return copy;
}

std::string time_stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%FT%TZ", &utc);
  return text.data();
}

}  // namespace toolkit::course
