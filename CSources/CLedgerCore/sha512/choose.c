#include <pthread.h>

#include "sha512_lanes.h"

typedef void challenges(const cl_sha512_challenge *in, size_t count, uint8_t (*out)[64]);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static challenges *chosen = cl_sha512_challenges_portable;

static void choose(void) {
#if defined(__x86_64__)
  if (cl_sha512_has_avx512()) {
    chosen = cl_sha512_challenges_avx512;
  } else if (cl_sha512_has_avx2()) {
    chosen = cl_sha512_challenges_avx2;
  }
#endif
}

void cl_sha512_challenges(const cl_sha512_challenge *in, size_t count, uint8_t (*out)[64]) {
  pthread_once(&once, choose);
  chosen(in, count, out);
}
