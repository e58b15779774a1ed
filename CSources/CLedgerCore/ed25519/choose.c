#include "engine.h"

static const cl_engine *const list[] = {
#if defined(__x86_64__)
    &cl_ed25519_avx512ifma.engine,
    &cl_ed25519_avx2.engine,
#endif
    &cl_ed25519_portable.engine,
};

static cl_engines engines = {"ECO2_ED25519", list, sizeof list / sizeof *list, NULL, 0};

const cl_ed25519_engine *cl_ed25519_engine_named(const char *name) {
  return (const cl_ed25519_engine *)cl_engine_named(&engines, name);
}

const cl_ed25519_engine *cl_choose_ed25519(void) {
  return (const cl_ed25519_engine *)cl_engine_chosen(&engines);
}

int cl_ed25519_engine_chosen(const char **name) {
  *name = cl_engine_chosen(&engines)->name;
  return engines.status;
}
