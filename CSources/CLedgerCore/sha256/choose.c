#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

// Best first.
static const cl_sha256_engine *const engines[] = {
#if defined(__x86_64__)
    &cl_sha256_avx512,
    &cl_sha256_shani,
    &cl_sha256_avx2,
#endif
    &cl_sha256_evp,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const cl_sha256_engine *chosen;
static int status;

const cl_sha256_engine *cl_sha256_engine_named(const char *name) {
  for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
    if (strcmp(engines[i]->name, name) == 0) {
      return engines[i]->is_supported() ? engines[i] : NULL;
    }
  }
  return NULL;
}

static void choose(void) {
  const char *named = getenv("ECO2_SHA256");
  if (named != NULL) {
    chosen = cl_sha256_engine_named(named);
    if (chosen != NULL) return;
    // The face tells whoever starts a program, and that stops it. Who asks for a
    // digest nonetheless gets the one every engine gives.
    status = -1;
    chosen = &cl_sha256_evp;
    return;
  }
  size_t i = 0;
  while (!engines[i]->is_supported()) i++;
  chosen = engines[i];
}

const cl_sha256_engine *cl_choose_sha256(void) {
  pthread_once(&once, choose);
  return chosen;
}

int cl_sha256_engine_chosen(const char **name) {
  *name = cl_choose_sha256()->name;
  return status;
}
