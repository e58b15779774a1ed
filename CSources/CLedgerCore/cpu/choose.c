#include "choose.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// Best first.
static const cl_ed25519_engine *const engines[] = {
#if defined(__x86_64__)
    &cl_ed25519_avx512ifma,
    &cl_ed25519_avx2,
#endif
    &cl_ed25519_portable,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const cl_ed25519_engine *ed25519;
static int status;

const cl_ed25519_engine *cl_ed25519_engine_named(const char *name) {
  for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
    if (strcmp(engines[i]->name, name) == 0) {
      return engines[i]->is_supported() ? engines[i] : NULL;
    }
  }
  return NULL;
}

static void choose(void) {
  const char *named = getenv("ECO2_ED25519");
  if (named != NULL) {
    ed25519 = cl_ed25519_engine_named(named);
    if (ed25519 != NULL) return;
    // The face tells whoever starts a program, and that stops it. Who asks for a
    // verdict nonetheless gets the one every engine gives.
    status = -1;
    ed25519 = &cl_ed25519_portable;
    return;
  }
  size_t i = 0;
  while (!engines[i]->is_supported()) i++;
  ed25519 = engines[i];
}

const cl_ed25519_engine *cl_choose_ed25519(void) {
  pthread_once(&once, choose);
  return ed25519;
}

int cl_ed25519_engine_chosen(const char **name) {
  *name = cl_choose_ed25519()->name;
  return status;
}
