#include "toolkit/kernel/capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "toolkit/kernel/error.hpp"
#include "toolkit/test/child.hpp"
#include "toolkit/test/test.hpp"

using toolkit::bounding_set;
using toolkit::Capabilities;
using toolkit::capability_name;
using toolkit::CapSet;
using toolkit::current_capabilities;
using toolkit::default_capabilities;
using toolkit::Ns;
using toolkit::set_capabilities;
using toolkit::SystemError;
using toolkit::test::in_child;
using toolkit::test::inside;
using toolkit::test::status_line;

namespace {

/// As /proc/PID/status writes a set.
std::string hex(CapSet set) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(set.bits()));
  return text.data();
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("capabilities: a set holds what it was made of") {
    const CapSet set = {CAP_CHOWN, CAP_BPF};
    CHECK(set.bits() == (1ULL | 1ULL << 39U));
    CHECK(set.contains(CAP_CHOWN));
    CHECK(set.contains(CAP_BPF));
    CHECK_FALSE(set.contains(CAP_SYS_ADMIN));
    CHECK((set & CapSet{CAP_BPF, CAP_KILL}) == CapSet{CAP_BPF});
    CHECK(CapSet().bits() == 0);
  }

  TEST_CASE("capabilities: names are those of the kernel's header by number") {
    CHECK(capability_name(CAP_CHOWN) == "CAP_CHOWN");
    CHECK(capability_name(CAP_SYS_ADMIN) == "CAP_SYS_ADMIN");
    CHECK(capability_name(CAP_AUDIT_READ) == "CAP_AUDIT_READ");
    CHECK(capability_name(CAP_LAST_CAP) == "CAP_CHECKPOINT_RESTORE");
    CHECK(capability_name(CAP_LAST_CAP + 1).empty());
    CHECK(capability_name(63).empty());
  }

  TEST_CASE("capabilities: the names of a set are in the order of their numbers") {
    CHECK(toolkit::capability_names({CAP_KILL, CAP_CHOWN, CAP_BPF}) ==
          std::vector<std::string_view>{"CAP_CHOWN", "CAP_KILL", "CAP_BPF"});
    CHECK(toolkit::capability_names({}).empty());
  }

  TEST_CASE("capabilities: the default is docker's fourteen") {
    CHECK(hex(default_capabilities()) == "00000000a80425fb");  // as docker shows it in status
    CHECK(toolkit::capability_names(default_capabilities()).size() == 14);
  }

  TEST_CASE("capabilities: those of this process are what proc says of them") {
    const Capabilities now = current_capabilities();
    CHECK(hex(now.effective) == status_line("CapEff"));
    CHECK(hex(now.permitted) == status_line("CapPrm"));
    CHECK(hex(now.inheritable) == status_line("CapInh"));
    CHECK(hex(bounding_set()) == status_line("CapBnd"));
  }

  TEST_CASE("capabilities: no new privileges holds from then on") {
    in_child([] {
      toolkit::set_no_new_privs();
      CHECK(status_line("NoNewPrivs") == "1");
      CHECK(toolkit::test::run({"/bin/grep", "NoNewPrivs", "/proc/self/status"}).out ==
            "NoNewPrivs:\t1\n");
    });
  }
}

TEST_SUITE("kernel") {
  TEST_CASE("capabilities: the bounding set is limited to what is kept [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      const CapSet before = bounding_set();
      toolkit::limit_bounding_set(default_capabilities());
      CHECK(status_line("CapBnd") == hex(before & default_capabilities()));
      CHECK(bounding_set() == (before & default_capabilities()));
    });
  }

  TEST_CASE("capabilities: a bounding set that keeps all stays as it was [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      const CapSet before = bounding_set();
      toolkit::limit_bounding_set(before);
      CHECK(bounding_set() == before);
      toolkit::limit_bounding_set({});
      CHECK(status_line("CapBnd") == "0000000000000000");
    });
  }

  TEST_CASE("capabilities: root's exec gets no more than the bounding set [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      toolkit::limit_bounding_set({CAP_CHOWN, CAP_KILL});
      const std::string seen = toolkit::test::run({"/bin/grep", "CapEff", "/proc/self/status"}).out;
      CHECK(seen == "CapEff:\t" + hex({CAP_CHOWN, CAP_KILL}) + "\n");
    });
  }

  TEST_CASE("capabilities: the three sets are set each for itself [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      const Capabilities wanted = {.effective = {CAP_CHOWN},
                                   .permitted = {CAP_CHOWN, CAP_CHECKPOINT_RESTORE},
                                   .inheritable = {CAP_KILL, CAP_BPF}};
      set_capabilities(wanted);
      CHECK(status_line("CapEff") == hex(wanted.effective));
      CHECK(status_line("CapPrm") == hex(wanted.permitted));
      CHECK(status_line("CapInh") == hex(wanted.inheritable));
    });
  }

  TEST_CASE("capabilities: what was given up can't be taken back [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      const Capabilities all = current_capabilities();
      set_capabilities({});
      CHECK(status_line("CapPrm") == "0000000000000000");
      CHECK_THROWS_WITH_AS(set_capabilities(all), "capset: Operation not permitted", SystemError);
    });
  }

  TEST_CASE("capabilities: ambient ones go with the inheritable [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      Capabilities now = current_capabilities();
      now.inheritable = {CAP_KILL};
      set_capabilities(now);
      toolkit::check(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0), "prctl");
      CHECK(status_line("CapAmb") == hex({CAP_KILL}));
      now.inheritable = {};
      set_capabilities(now);
      CHECK(status_line("CapAmb") == "0000000000000000");
    });
  }

  TEST_CASE("capabilities: without CAP_SETPCAP the bounding set is not limited [userns]") {
    NEEDS_USER_NAMESPACES();
    inside(Ns::none, [] {
      const CapSet before = bounding_set();
      set_capabilities({});
      CHECK_THROWS_WITH_AS(toolkit::limit_bounding_set({}),
                           "prctl 'PR_CAPBSET_DROP': Operation not permitted", SystemError);
      CHECK(bounding_set() == before);
    });
  }
}
