#include "toolkit/container/volume_options.hpp"

#include <linux/mount.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "toolkit/kernel/text.hpp"

namespace toolkit {
namespace {

using Apply = void (*)(Volume&);

/// Of the words with one subject only one can be said.
struct Option {
  std::string_view word;
  std::string_view subject;
  Apply apply;
};

void keep(Volume& /*volume*/) {}

constexpr std::array kOptions = {
    Option{"ro", "access", [](Volume& volume) { volume.access = Access::read_only; }},
    Option{"rw", "access", keep},
    Option{"bind", "depth", [](Volume& volume) { volume.recurse = Recurse::no; }},
    Option{"rbind", "depth", keep},
    // A volume is one tree: what holds for the mount holds for those below it.
    Option{"private", "propagation", keep}, Option{"rprivate", "propagation", keep},
    Option{"slave", "propagation", [](Volume& v) { v.propagation = Propagation::slave; }},
    Option{"rslave", "propagation", [](Volume& v) { v.propagation = Propagation::slave; }},
    Option{"shared", "propagation", [](Volume& v) { v.propagation = Propagation::shared; }},
    Option{"rshared", "propagation", [](Volume& v) { v.propagation = Propagation::shared; }},
    Option{"nosuid", "suid", [](Volume& volume) { volume.attributes |= MOUNT_ATTR_NOSUID; }},
    Option{"suid", "suid", keep},
    Option{"noexec", "exec", [](Volume& volume) { volume.attributes |= MOUNT_ATTR_NOEXEC; }},
    Option{"exec", "exec", keep}, Option{"nodev", "dev", keep},  // it is, always
    // Labels of SELinux, which nothing here sets: as with docker where the machine has none.
    Option{"z", "label", keep}, Option{"Z", "label", keep}};

const Option& find_option(std::string_view word) {
  const auto* option = std::find_if(kOptions.begin(), kOptions.end(),
                                    [&](const Option& each) { return each.word == word; });
  if (option != kOptions.end()) return *option;
  if (word == "dev") throw std::runtime_error("a device opens only as a volume of its own");
  std::string all;
  for (const Option& each : kOptions) {
    all.append(all.empty() ? "" : ", ").append(each.word);
  }
  throw std::runtime_error("unknown option '" + printable(word) + "'; there are " + all);
}

}  // namespace

void apply_volume_options(Volume& volume, std::string_view words) {
  std::vector<const Option*> said;
  for (const std::string_view word : split(words, ',')) {
    const Option& option = find_option(word);
    for (const Option* before : said) {
      if (before->subject != option.subject || before->word == option.word) continue;
      throw std::runtime_error("'" + std::string(before->word) + "' and '" +
                               std::string(option.word) + "' exclude each other");
    }
    said.push_back(&option);
    option.apply(volume);
  }
}

void require_peers(const Volume& volume, std::string_view mountinfo, std::uint64_t mount_id) {
  if (volume.propagation == Propagation::private_) return;
  const std::vector<MountInfo> mounts = parse_mounts(mountinfo);
  const auto mount = std::find_if(mounts.begin(), mounts.end(), [&](const MountInfo& each) {
    return static_cast<std::uint64_t>(each.id) == mount_id;
  });
  if (mount == mounts.end()) return;  // one outside of this root: the kernel will know
  const bool is_shared = mount->propagation.find("shared:") != std::string::npos;
  const bool is_slave = mount->propagation.find("master:") != std::string::npos;
  if (is_shared || (is_slave && volume.propagation == Propagation::slave)) return;
  throw std::runtime_error("nothing is passed on from the mount at " + mount->target +
                           "; make it shared: mount --make-rshared " + mount->target);
}

}  // namespace toolkit
