#include <cerrno>
#include <string_view>
#include <system_error>

#include "toolkit/course/doctor/diagnosis.hpp"

namespace toolkit::course {
namespace {

/// Why an overlay over the images' directory could not be mounted.
Cause explain_overlay(int error, Who who, const Facts& facts) {
  switch (error) {
    case ENODEV:
      return {"this kernel has no overlay", with_sudo(facts, "modprobe overlay")};
    case EINVAL:
      return {
          "overlay refuses " + facts.store.type + " (or overlays nested deeper than 2) below it",
          "images on ext4, xfs, btrfs or tmpfs: a mount of it at " + facts.store.directory};
    case EPERM:
      if (who != Who::self) {
        return {"overlay is not allowed in a user namespace: that came with Linux 5.11",
                "a newer kernel, or containers as root"};
      }
      break;
    default:
      break;
  }
  return {"overlay can't be mounted: " + std::system_category().message(error),
          "lab doctor outside this sandbox"};
}

bool worked(const std::optional<Trial>& trial) { return trial && trial->worked(Step::overlay); }

Finding find_overlay(const Facts& facts, const std::optional<Trial>& trial, Who who,
                     Finding finding) {
  const int result = trial ? trial->at(Step::overlay) : kNotTried;
  finding.found = result == 0 ? "yes, on " + facts.store.type : "no";
  if (result == 0) return finding;
  finding.state = State::limited;
  finding.consequence = "Such a container copies its image into memory at each start";
  const bool neither = !worked(facts.as_root) && !worked(facts.rootless);
  if (neither) finding.consequence += ", and lab 20 is skipped";
  if (result == kNotTried) {
    finding.found = "not tried";
    finding.consequence += ". It takes a mount namespace to try.";
    if (const auto cause = why_not(trial, who, facts)) finding.remedy = cause->remedy;
    return finding;
  }
  const Cause cause = explain_overlay(result, who, facts);
  finding.consequence += ": " + cause.reason + ".";
  finding.remedy = cause.remedy;
  return finding;
}

/// Can an upper directory lie there? It needs whiteouts, extended attributes and d_type.
bool takes_uppers(std::string_view type) {
  for (const std::string_view no : {"overlay", "nfs", "nfs4", "cifs", "9p", "virtiofs", "vfat",
                                    "fuse", "ecryptfs", "squashfs", "erofs", "iso9660", "zfs"}) {
    if (type == no) return false;
  }
  return !type.starts_with("fuse.");
}

Finding find_store(const Facts& facts) {
  const StoreFacts& store = facts.store;
  Finding finding{.id = "store", .what = "images' directory", .needed_by = {"20", "21", "28"}};
  finding.found = store.directory + ": " + (store.type.empty() ? "unknown" : store.type);
  if (takes_uppers(store.type)) return finding;
  finding.state = State::limited;
  finding.consequence = "No writable layer of an overlay can lie on " + store.type +
                        ": what containers write is kept in memory.";
  finding.remedy = facts.identity.uid == 0
                       ? "mount a disk or a tmpfs: mount -t tmpfs tmpfs " + store.directory
                       : "export XDG_DATA_HOME=a directory on ext4, xfs, btrfs or tmpfs";
  if (facts.identity.uid == 0 && store.directory != "/var/lib/cooper") {
    finding.remedy = "mkdir -p /var/lib/cooper && mount -t tmpfs tmpfs /var/lib/cooper";
  }
  return finding;
}

Finding find_disk(const Facts& facts) {
  Finding finding{.id = "disk", .what = "a disk below it", .needed_by = {"15"}};
  finding.found = facts.store.on_disk ? "yes" : "no";
  if (facts.store.on_disk) return finding;
  finding.state = State::limited;
  finding.consequence = "Lab 15 is skipped: there is no block device to throttle.";
  finding.remedy =
      "a machine or a mount with a disk (/dev/sda, /dev/vda) below " + facts.store.directory;
  return finding;
}

}  // namespace

std::vector<Finding> find_storage(const Facts& facts) {
  std::vector<Finding> findings;
  if (facts.identity.uid == 0) {
    findings.push_back(
        find_overlay(facts, facts.as_root, Who::self,
                     {.id = "overlay", .what = "overlay as root", .needed_by = {"cooper", "20"}}));
  }
  findings.push_back(find_overlay(
      facts, facts.rootless, Who::self_rootless,
      {.id = "overlay-rootless", .what = "overlay rootless", .needed_by = {"cooper", "20"}}));
  findings.push_back(find_store(facts));
  findings.push_back(find_disk(facts));
  return findings;
}

}  // namespace toolkit::course
