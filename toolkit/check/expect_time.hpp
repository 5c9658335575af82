#pragma once

#include <string>

#include "toolkit/check/clocks.hpp"
#include "toolkit/check/machine.hpp"
#include "toolkit/check/subject.hpp"
#include "toolkit/check/time_server.hpp"

namespace toolkit::checks {

// What is expected of clocks and of those who ask for the time. Each returns, or ends the check with one of the hints named here.

/// SKIP where the kernel has no time namespaces.
void need_time_namespaces();
/// The payload's clocks are ahead by so much, as they read and as the kernel tells: "clocks-swapped",
/// "offsets-not-set", "one-clock-only" or "other-offset".
void expect_offsets(const Subject& subject, const Offsets& wanted);

/// Whoever is to become the command was born in the time namespace, and made no other: `hint`.
void expect_born_inside(Subject& subject, const Machine& machine, const std::string& hint);

/// Runs the program to its end, with --ask and the server's address: "not-started" where the step that is checked is open,
/// "waits" where it does not end.
Ended ask_server(Machine& machine, const TimeServer& server);
/// One packet, a client's, with the time of now in it: "no-request", "several-requests", "request-form", "request-order" or
/// "request-unmarked".
void expect_request(Machine& machine);
/// Such a server gets no belief, exit 125 and nothing on stdout: `hint`. What it does is told as `why`.
void expect_disbelief(Machine& machine, const TimeServerOptions& options, const std::string& why,
                      const std::string& hint);
/// A good answer is taken, whether what follows is written yet or not: `hint`.
void expect_belief(Machine& machine, const std::string& hint);
/// It prints by how much such a server's clock is ahead, to a tenth of a second: `hint`, or "no-number".
void expect_ahead(const TimeServerOptions& options, const std::string& hint);

}  // namespace toolkit::checks
