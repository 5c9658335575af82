#include "toolkit/container/test_plan.hpp"
#include "toolkit/test/test.hpp"

using namespace toolkit;        // NOLINT: a test file
using namespace toolkit::test;  // NOLINT

TEST_SUITE("unit") {
  TEST_CASE("volumes: a mount never hides one below it whatever the order they were given in") {
    Request request = sample_request();
    request.volumes = {{.source = "/deep", .target = "/a/b/c"}, {.source = "/top", .target = "/a"}};
    request.tmpfs = {{.target = "/a/b"}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t top = position(calls, "move_mount(</top>");
    const std::size_t middle = position(calls, "mount(\"tmpfs\", \"/a/b\"");
    const std::size_t deep = position(calls, "move_mount(</deep>");
    CHECK(top < middle);
    CHECK(middle < deep);
    CHECK(deep < calls.size());
  }

  TEST_CASE("volumes: of two on the same place the later one is on top") {
    Request request = sample_request();
    request.volumes = {{.source = "/first", .target = "/a"}, {.source = "/second", .target = "/a"}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    CHECK(position(calls, "move_mount(</first>") < position(calls, "move_mount(</second>"));
  }

  TEST_CASE("volumes: one place of the host is held once for each time it is shown") {
    Request request = sample_request();
    request.volumes = {{.source = "/same", .target = "/a"}, {.source = "/same", .target = "/b"}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    std::size_t held = 0;
    for (const std::string& call : calls) held += call.starts_with("open_tree(AT_FDCWD, \"/same\"");
    CHECK(held == 2);
  }

  TEST_CASE("volumes: the directories on the way are made from the top") {
    Request request = sample_request();
    request.volumes = {{.source = "/srv", .target = "/x/y"}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t top = position(calls, "mkdir(\"/x\", 0755)");
    CHECK(calls.at(top + 1) == "mkdir(\"/x/y\", 0755)");
  }

  TEST_CASE("volumes: a file lies on a file") {
    Request request = sample_request();
    request.volumes = {{.source = "/srv/f", .target = "/x/f", .kind = EntryKind::file}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    const std::size_t made = position(calls, "mknod(\"/x/f\", S_IFREG|0644)");
    CHECK(made < position(calls, "move_mount(</srv/f>"));
    CHECK_FALSE(contains(calls, "mkdir(\"/x/f\""));
  }

  TEST_CASE("volumes: devices work only in a volume that is one") {
    Request request = sample_request();
    request.volumes = {{.source = "/srv", .target = "/a"},
                       {.source = "/ro", .target = "/b", .access = Access::read_only},
                       {.source = "/dev/sda", .target = "/c", .device = true}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    CHECK(contains(calls,
                   "mount_setattr(</srv>, \"\", AT_EMPTY_PATH|AT_RECURSIVE, "
                   "{attr_set=MOUNT_ATTR_NODEV,"));
    CHECK(contains(calls,
                   "mount_setattr(</ro>, \"\", AT_EMPTY_PATH|AT_RECURSIVE, "
                   "{attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NODEV,"));
    CHECK_FALSE(contains(calls, "mount_setattr(</dev/sda>"));
  }

  TEST_CASE("volumes: a tmpfs is mounted with its flags and options") {
    Request request = sample_request();
    request.tmpfs = {{.target = "/t", .flags = MS_NOSUID | MS_NODEV, .data = "size=1m"}};
    CHECK(contains(calls_of(plan_start(request, rootful_host())),
                   "mount(\"tmpfs\", \"/t\", \"tmpfs\", MS_NOSUID|MS_NODEV, \"size=1m\")"));
  }

  TEST_CASE("volumes: the three files of etc are the container's own") {
    const auto calls = calls_of(plan_start(sample_request(), rootful_host()));
    for (const std::string name : {"hosts", "hostname", "resolv.conf"}) {
      CHECK(contains(calls, "move_mount(</run/cooper/mnt/" + name + ">, \"\", AT_FDCWD, \"/etc/" +
                                name + "\""));
    }
    CHECK(contains(calls, "write(</run/cooper/mnt/hosts>, \"127.0.0.1\\tbox\\n\", 14)"));
  }

  TEST_CASE("volumes: a volume that is one of those files takes its place") {
    Request request = sample_request();
    request.volumes = {{.source = "/srv/hosts", .target = "/etc/hosts", .kind = EntryKind::file}};
    const auto calls = calls_of(plan_start(request, rootful_host()));
    CHECK(contains(calls, "move_mount(</srv/hosts>"));
    CHECK_FALSE(contains(calls, "move_mount(</run/cooper/mnt/hosts>"));
    CHECK(contains(calls, "move_mount(</run/cooper/mnt/hostname>"));
  }
}
