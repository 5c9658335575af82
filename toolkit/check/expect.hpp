#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "toolkit/check/machine.hpp"
#include "toolkit/check/subject.hpp"

namespace toolkit::checks {

// What several labs expect. Each returns, or ends the check with FAIL and one of the hints named here.

/// Where the command stands, the namespace of this kind is another than the machine's: "same-namespace".
void expect_own_namespace(Subject& subject, const Machine& machine, Ns kind);
/// The learner's program itself stays in the machine's: "runner-moved".
void expect_runner_stays(Subject& subject, const Machine& machine, Ns kind);
/// No mount there is a peer of one of the machine's: "still-shared" for "/", else "submount-shared".
void expect_no_peers(Subject& subject, const Machine& machine);
/// No mount there is a slave, of anybody: else this hint.
void expect_no_masters(Subject& subject, const std::string& hint);
/// What is mounted on this path of the payload says ro and can't be written to, and the filesystem of
/// it can: else this hint, or "filesystem-read-only". It keeps flags that it had: "flags-lost".
void expect_read_only(Subject& subject, const std::string& place, const std::string& hint,
                      const std::vector<std::string_view>& kept = {});
/// The payload has descriptors 0, 1 and 2, and no others: else this hint.
void expect_no_descriptors(const Subject& subject, const std::string& hint);

/// Runs it once more, twice at most, where it failed since the kernel was busy: a look-up of ".." below a
/// root is given up with EAGAIN when something is mounted anywhere meanwhile. See openat2(2).
void again_if_busy(const std::function<void()>& check);

/// The machine's mounts as they were when this was made.
class KeptMounts {
 public:
  explicit KeptMounts(const Machine& machine);
  /// They are still the same: "mounted-outside" where one has come, `gone` where one has gone, else
  /// "host-changed".
  void expect(const std::string& when, const std::string& gone = "host-changed") const;

 private:
  [[nodiscard]] std::string now() const;
  const Machine& machine_;
  std::string before_;
};

}  // namespace toolkit::checks
