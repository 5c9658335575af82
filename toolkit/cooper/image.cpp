#include "toolkit/cooper/image.hpp"

#include <unistd.h>

#include <array>
#include <climits>
#include <stdexcept>

#include "toolkit/cooper/report.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/process.hpp"

namespace toolkit {
namespace {

/// The directory above the one that this program lies in: its helpers and images are beside it.
std::string prefix() {
  std::array<char, PATH_MAX> path{};
  const ssize_t length =
      check(::readlink("/proc/self/exe", path.data(), path.size()), "readlink", "/proc/self/exe");
  std::string prefix(path.data(), static_cast<std::size_t>(length));
  for (int level = 0; level < 2; ++level) prefix.resize(prefix.find_last_of('/'));
  return prefix;
}

/// The helper takes what strangers made: archives and JSON. It says itself what is wrong with them.
void unpack(const std::string& helper, const std::string& store, const ImageName& image) {
  std::vector<std::string> words = {helper, "unpack", "--store", store, "--", image.layout};
  if (!image.tag.empty()) words.push_back(image.tag);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  Process child = Process::spawn(
      {}, [&] { check(::execv(helper.c_str(), argv.data()), "start the helper", helper); });
  child.await_exec();
  const int status = child.wait().shell_code();
  if (status == AlreadyTold::kStatus) throw AlreadyTold();
  if (status != 0) {
    throw std::runtime_error(helper + ": it ended with status " + std::to_string(status));
  }
}

}  // namespace

ImageRecord find_image(const std::string& name, const std::string& store) {
  const std::string own = prefix();
  const ImageName image = parse_image_name(name, own + "/share/cooperage/images");
  if (auto record = find_record(store, image.layout, image.tag)) return *record;
  unpack(own + "/libexec/cooper/cooper-image", store, image);
  if (auto record = find_record(store, image.layout, image.tag)) return *record;
  throw std::runtime_error(image.layout + ": it changed while it was unpacked");
}

}  // namespace toolkit
