#include "engine.h"

static const cl_engine *const list[] = {
#if defined(__x86_64__)
    &cl_sha256_avx512.engine,
    &cl_sha256_shani.engine,
    &cl_sha256_avx2.engine,
#endif
    &cl_sha256_evp.engine,
};

static cl_engines engines = {"ECO2_SHA256", list, sizeof list / sizeof *list, NULL, 0};

const cl_sha256_engine *cl_sha256_engine_named(const char *name) {
  return (const cl_sha256_engine *)cl_engine_named(&engines, name);
}

const cl_sha256_engine *cl_choose_sha256(void) {
  return (const cl_sha256_engine *)cl_engine_chosen(&engines);
}

int cl_sha256_engine_chosen(const char **name) {
  *name = cl_engine_chosen(&engines)->name;
  return engines.status;
}
