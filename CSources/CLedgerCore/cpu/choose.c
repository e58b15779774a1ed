#include "choose.h"

#include <stdlib.h>
#include <string.h>

const cl_engine *cl_engine_named(const cl_engines *engines, const char *name) {
  for (size_t i = 0; i < engines->count; i++) {
    const cl_engine *const engine = engines->list[i];
    if (strcmp(engine->name, name) == 0) return engine->is_supported() ? engine : NULL;
  }
  return NULL;
}

static const cl_engine *best(const cl_engines *engines) {
  size_t i = 0;
  while (!engines->list[i]->is_supported()) i++;
  return engines->list[i];
}

const cl_engine *cl_engine_chosen(cl_engines *engines) {
  const cl_engine *chosen = __atomic_load_n(&engines->chosen, __ATOMIC_ACQUIRE);
  if (chosen != NULL) return chosen;
  // Threads that come here together choose the same.
  const char *name = getenv(engines->variable);
  chosen = name != NULL ? cl_engine_named(engines, name) : best(engines);
  if (chosen == NULL) {
    // The face tells whoever starts a program, and that stops it. Who computes
    // nonetheless gets what every engine gives.
    __atomic_store_n(&engines->status, -1, __ATOMIC_RELAXED);
    chosen = engines->list[engines->count - 1];
  }
  __atomic_store_n(&engines->chosen, chosen, __ATOMIC_RELEASE);
  return chosen;
}
