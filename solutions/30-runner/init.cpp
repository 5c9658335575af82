#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toolkit/container/become.hpp"
#include "toolkit/container/launch.hpp"
#include "toolkit/container/perform.hpp"
#include "toolkit/hop/hop_image.hpp"

namespace toolkit {

namespace {
constexpr int kParentEnded = 125;  // nobody is there to see it
}  // namespace

void init(const Plan& plan, Channel& channel, FdRef errors) {
  close_descriptors_on_exec();  // before anything of the user's is touched
  reset_signals();
  ::umask(022);  // whatever the caller's shell had
  const Fd hop = make_hop();

  Performer performer(channel);
  performer.perform(plan.steps);

  // Not earlier: a change of user clears it. Whoever lost its parent before this line gets no signal;
  // the gate tells it, even when it was opened first.
  if (plan.die_with_parent) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  channel.gate.wait();
  if (plan.die_with_parent && !channel.gate.parent_alive()) ::_exit(kParentEnded);
  become_command(plan.command, hop, errors);
}

}  // namespace toolkit
