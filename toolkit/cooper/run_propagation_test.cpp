#include <sys/mount.h>

#include <algorithm>
#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/error.hpp"
#include "toolkit/kernel/mount.hpp"
#include "toolkit/kernel/namespaces.hpp"
#include "toolkit/kernel/text.hpp"
#include "toolkit/test/child.hpp"

// What -v lets through of mounts that come later, and the flags of a volume, on a host that shares all.
using namespace toolkit;
using namespace toolkit::test;
namespace fs = std::filesystem;

namespace {

MountInfo mount_at(const std::string& process, const std::string& target) {
  MountInfo found;
  for (const MountInfo& mount : parse_mounts(read_file("/proc/" + process + "/mountinfo"))) {
    if (mount.target == target) found = mount;
  }
  return found;
}

bool is_mounted(const std::string& process, const std::string& target) {
  return !mount_at(process, target).target.empty();
}

/// What the kernel says of a volume, and who sees what the other mounts in it.
struct Seen {
  std::string tags;
  bool inside = false;   ///< the container sees what the host mounts
  bool outside = false;  ///< the host sees what is mounted in the container
};

Seen watch_volume(Yard& yard, const std::string& options) {
  const std::string shared = yard.own_directory("shared");
  yard.own_directory("shared/late");
  yard.own_directory("shared/deep");
  const Live live(yard, {"-v", shared + ":/vol:" + options});
  const std::string process = std::to_string(live.pid());
  Seen seen{.tags = mount_at(process, "/vol").propagation};
  mount("tmpfs", shared + "/late", "tmpfs", 0);
  seen.inside = is_mounted(process, "/vol/late");
  in_child([&] {
    enter(open_namespace(live.pid(), Ns::mount), Ns::mount);
    mount("tmpfs", "/vol/deep", "tmpfs", 0);
  });
  seen.outside = is_mounted("self", shared + "/deep");
  if (seen.outside) unmount(shared + "/deep");
  unmount(shared + "/late");
  return seen;
}

void propagation(Yard& yard) {
  in_child([&] {
    leave_machine();
    for (const char* options : {"rw", "private", "rprivate", "ro,rprivate"}) {
      CAPTURE(options);
      const Seen seen = watch_volume(yard, options);
      CHECK(seen.tags.empty());
      CHECK_FALSE(seen.inside);
      CHECK_FALSE(seen.outside);
    }
    for (const char* options : {"slave", "rslave", "ro,rslave"}) {
      CAPTURE(options);
      const Seen seen = watch_volume(yard, options);
      CHECK(seen.tags.starts_with("master:"));
      CHECK(seen.inside);
      CHECK_FALSE(seen.outside);
    }
    if (yard.caller() == Caller::nobody) return;
    for (const char* options : {"shared", "rshared"}) {
      CAPTURE(options);
      const Seen seen = watch_volume(yard, options);
      CHECK(seen.tags.starts_with("shared:"));
      CHECK(seen.inside);
      CHECK(seen.outside);
    }
  });
}

void depth(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  yard.own_directory("shared/below");
  in_child([&] {
    leave_machine();
    mount("tmpfs", shared + "/below", "tmpfs", 0, "mode=0777");
    fs::create_directory(shared + "/below/sign");
    const auto sign = [&](const std::string& options) {
      return yard.box({"-v", shared + ":/vol:" + options}, {"ls", "/vol/below"});
    };
    CHECK(sign("ro").out == "sign\n");
    CHECK(sign("rbind").out == "sign\n");
    if (yard.caller() == Caller::root) {
      CHECK(sign("bind").out == "");
      CHECK(sign("bind").status == 0);
    } else {
      check_one_line(sign("bind"), 125, "rbind shows all");
    }
  });
}

/// One place, shown in several ways: none is taken for another.
void one_place_in_many_ways(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  in_child([&] {
    leave_machine();
    const Live live(yard, {"-v", shared + ":/a/b/slave:slave", "-v", shared + ":/private:ro", "-v",
                           shared + ":/a/alone:bind,nosuid"});
    const std::string process = std::to_string(live.pid());
    CHECK(mount_at(process, "/a/b/slave").propagation.starts_with("master:"));
    CHECK(mount_at(process, "/a/b/slave").options.starts_with("rw"));
    CHECK(mount_at(process, "/private").propagation.empty());
    CHECK(mount_at(process, "/private").options.starts_with("ro"));
    CHECK(mount_at(process, "/a/alone").propagation.empty());
    CHECK(mount_at(process, "/a/alone").options.starts_with("rw,nosuid"));
  });
}

void flags(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  const auto options_of = [&](const std::string& options) {
    const Live live(yard, {"-v", shared + ":/vol:" + options});
    return mount_at(std::to_string(live.pid()), "/vol").options;
  };
  CHECK(options_of("rw,nodev,Z").starts_with("rw,nodev"));
  CHECK(options_of("rw,exec,suid").find("noexec") == std::string::npos);
  CHECK(options_of("ro,nosuid,noexec,z").starts_with("ro,nosuid,nodev,noexec"));
}

void refused(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  const auto with = [&](const std::string& options) {
    return yard.box({"-v", shared + ":/vol:" + options}, {"true"});
  };
  for (const char* pair :
       {"ro,rw", "rw,ro", "bind,rbind", "slave,shared", "rprivate,rslave", "exec,noexec", "z,Z"}) {
    CAPTURE(pair);
    check_one_line(with(pair), 125, "exclude each other");
  }
  for (const char* word : {"rx", "", "ro,", "unbindable", "O", "U", "RO"}) {
    CAPTURE(word);
    check_one_line(with(word), 125, "unknown option");
  }
  check_one_line(with("dev"), 125, "a device opens only");
  CHECK(with("ro,ro").status == 0);
}

void nothing_to_pass_on(Yard& yard) {
  const std::string shared = yard.own_directory("shared");
  in_child([&] {
    leave_machine();
    const auto with = [&](const std::string& options) {
      return yard.box({"-v", shared + ":/vol:" + options}, {"true"});
    };
    if (yard.caller() == Caller::nobody) {
      check_one_line(with("shared"), 125, "reaches the host");
    } else {
      in_child([&] {  // which has its parent's mounts for masters
        unshare(Ns::mount);
        set_propagation("/", Propagation::slave);
        CHECK(with("slave").status == 0);
        check_one_line(with("shared"), 125, "make it shared");
      });
    }
    set_propagation("/", Propagation::private_);
    check_one_line(with("rslave"), 125, "make it shared");
    check_one_line(with("rshared"), 125, "make it shared");
    CHECK(with("rprivate").status == 0);
  });
}

}  // namespace

// As AS_BOTH, for what root alone can arrange.
#define ON_SHARED_HOST(name, body)                                  \
  TEST_CASE(name " [root]") { on_yard(Caller::root, body); }        \
  TEST_CASE(name " as a normal user [root] [userns]") {             \
    SKIP_UNLESS(is_root(), "only root can make the host's mounts"); \
    on_yard(Caller::nobody, body);                                  \
  }                                                                 \
  static_assert(true)

TEST_SUITE("tool") {
  ON_SHARED_HOST("propagation: private keeps apart, slave lets in, shared both ways", propagation);
  ON_SHARED_HOST("volume: what is mounted below comes along, or not", depth);
  ON_SHARED_HOST("volume: one place shown in many ways is each of them", one_place_in_many_ways);
  ON_SHARED_HOST("propagation: a mount that passes nothing on is refused", nothing_to_pass_on);
  AS_BOTH("volume: the flags are those asked for", flags);
  AS_BOTH("volume: options that can't be are refused", refused);
}
