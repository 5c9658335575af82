#include <filesystem>

#include "toolkit/cooper/test_yard.hpp"
#include "toolkit/kernel/text.hpp"

using namespace toolkit;
using namespace toolkit::test;

namespace {

bool has_line(const std::string& text, std::string_view wanted) {
  const std::vector<std::string_view> all = lines(text);
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

void hostile_users(Yard& yard) {
  for (const char* user :
       {"1:", ":1", "01", "1x", "-1", "4294967295", "4294967296", "+0", " 0", "0x0", "nosuch",
        "mallory", "trudy", "0:1x", "0:", "0:-1", "0:nosuch", "\n0"}) {
    CAPTURE(user);
    const Outcome outcome = yard.box({"-u", user}, {"id", "-u"});
    check_one_line(outcome, 125, "");
    CHECK(outcome.out.empty());
  }
}

/// Uid, gid and groups as the kernel has them, of `cooper run -u USER`.
std::string ids(const Yard& yard, const std::string& user) {
  const Live live(yard, {"-u", user});
  return status_of(live.pid(), "Uid") + " | " + status_of(live.pid(), "Gid") + " | " +
         status_of(live.pid(), "Groups");
}

void users_of_root(Yard& yard) {
  CHECK(ids(yard, "1") == "1\t1\t1\t1 | 0\t0\t0\t0 | ");
  CHECK(ids(yard, "1:2") == "1\t1\t1\t1 | 2\t2\t2\t2 | ");
  CHECK(ids(yard, "alice") == "1000\t1000\t1000\t1000 | 1001\t1001\t1001\t1001 | 10");
  CHECK(ids(yard, "alice:wheel") == "1000\t1000\t1000\t1000 | 10\t10\t10\t10 | ");
  CHECK(ids(yard, "4294967294") ==
        "4294967294\t4294967294\t4294967294\t4294967294 | 0\t0\t0\t0 | ");
}

void only_root_keeps_capabilities(Yard& yard) {
  const Live live(yard, {"-u", "alice"});
  CHECK(status_of(live.pid(), "CapEff") == "0000000000000000");
  CHECK(status_of(live.pid(), "CapPrm") == "0000000000000000");
  CHECK(status_of(live.pid(), "CapAmb") == "0000000000000000");
  CHECK(status_of(live.pid(), "CapBnd") == "00000000a80425fb");
}

void a_user_without_an_id(Yard& yard) {
  if (!read_file("/etc/subuid").empty()) return;  // then there are more ids than one
  check_one_line(yard.box({"-u", "1"}, {"true"}), 125, "/etc/subuid");
}

void environment(Yard& yard) {
  const Outcome outcome = yard.box({"--hostname", "box"}, {"env"});
  CHECK(has_line(outcome.out, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
  CHECK(has_line(outcome.out, "HOSTNAME=box"));
  CHECK(has_line(outcome.out, "HOME=/root"));
  CHECK(lines(outcome.out).size() == 3);
}

void variables(Yard& yard) {
  const std::string file =
      yard.own_file("env", "# a comment\n\nFROM_FILE=1 2\r\n  BLANKS=3\nTWICE=file\n");
  std::vector<std::string> command = {"env", "CALLER=mine", "EMPTY="};
  const std::vector<std::string> rest =
      yard.boxed({"--env-file", file, "-e", "A=1=2", "-e", "CALLER", "-e", "EMPTY", "-e", "NOT_SET",
                  "-e", "TWICE=line", "-e", "HOME=/h", "-e", "PATH=/bin:/x"},
                 {"env"});
  command.insert(command.end(), rest.begin(), rest.end());
  const Outcome outcome = run(command);
  CHECK(has_line(outcome.out, "A=1=2"));
  CHECK(has_line(outcome.out, "CALLER=mine"));
  CHECK(has_line(outcome.out, "EMPTY="));
  CHECK(has_line(outcome.out, "FROM_FILE=1 2"));
  CHECK(has_line(outcome.out, "BLANKS=3"));
  CHECK(has_line(outcome.out, "TWICE=line"));
  CHECK(has_line(outcome.out, "HOME=/h"));
  CHECK(has_line(outcome.out, "PATH=/bin:/x"));
  CHECK(outcome.out.find("NOT_SET") == std::string::npos);
  check_one_line(yard.box({"-e", "=x"}, {"true"}), 125, "variable");
  check_one_line(yard.box({"--env-file", "/nosuch"}, {"true"}), 125, "/nosuch");
}

void directories(Yard& yard) {
  CHECK(yard.box({}, {"pwd"}).out == "/\n");
  CHECK(yard.box({"-w", "/tmp"}, {"pwd"}).out == "/tmp\n");
  CHECK(yard.box({"-w", "/made/on/the way"}, {"pwd"}).out == "/made/on/the way\n");
  CHECK(yard.box({"-w", "/tmp/../../../etc"}, {"pwd"}).out == "/etc\n");
  check_one_line(yard.box({"-w", "tmp"}, {"pwd"}), 125, "absolute");
  check_one_line(yard.box({"-w", "/etc/passwd"}, {"pwd"}), 125, "/etc/passwd");
  CHECK_FALSE(std::filesystem::exists(yard.rootfs() + "/made"));
}

void entrypoints(Yard& yard) {
  CHECK(yard.box({"--entrypoint", "echo"}, {"a", "b"}).out == "a b\n");
  CHECK(yard.box({"--entrypoint", ""}, {"echo", "a"}).out == "a\n");
}

void names(Yard& yard) {
  const Outcome outcome = yard.box({"--hostname", "box.example"},
                                   {"sh", "-c", "hostname; cat /etc/hostname; cat /etc/hosts"});
  CHECK(outcome.out.starts_with("box.example\nbox.example\n127.0.0.1\tlocalhost\n"));
  CHECK(has_line(outcome.out, "127.0.0.1\tbox.example"));
  const std::string random = yard.box({}, {"hostname"}).out;
  CHECK(random.size() == 13);
  CHECK(random.find_first_not_of("0123456789abcdef\n") == std::string::npos);
  CHECK(yard.box({}, {"hostname"}).out != random);
  check_one_line(yard.box({"--hostname", "-x"}, {"true"}), 125, "host name");
  check_one_line(yard.box({"--hostname", "a b"}, {"true"}), 125, "host name");
  check_one_line(yard.box({"--hostname", std::string(65, 'a')}, {"true"}), 125, "64");
}

}  // namespace

TEST_SUITE("tool") {
  AS_BOTH("user: what is no user runs nothing", hostile_users);

  TEST_CASE("user: ids are those that were asked for and no others [root]") {
    on_yard(Caller::root, users_of_root);
  }
  TEST_CASE("user: another than root has no capability [root]") {
    on_yard(Caller::root, only_root_keeps_capabilities);
  }
  TEST_CASE("user: an id that no map has is refused with where to get one [userns]") {
    on_yard(Caller::nobody, a_user_without_an_id);
  }
  AS_BOTH("environment: it is docker's and nothing of the caller's", environment);

  AS_BOTH("environment: -e beats --env-file and takes over the caller's by name", variables);

  AS_BOTH("working directory: it is made inside when it is missing", directories);

  AS_BOTH("entrypoint: --entrypoint goes before the words", entrypoints);

  AS_BOTH("host name: given or twelve digits by chance", names);
}
