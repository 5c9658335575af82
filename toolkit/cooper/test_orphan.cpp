// A command that no parent's end reaches: it clears its PDEATHSIG, says so, and waits for ever.
#include <sys/prctl.h>
#include <unistd.h>

int main() {
  prctl(PR_SET_PDEATHSIG, 0);
  if (write(1, "cleared\n", 8) != 8) return 1;
  while (true) pause();
}
