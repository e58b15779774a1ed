#include <stdlib.h>

#include "../cpu/choose.h"
#include "cl_sha512.h"
#include "sha512_lanes.h"

struct cl_sha512_engine {
  cl_engine engine;
  void (*challenges)(const cl_sha512_challenge *in, size_t count, uint8_t (*out)[64]);
};

static int always(void) { return 1; }

static const cl_sha512_engine evp = {{"evp", always}, cl_sha512_challenges_portable};
#if defined(__x86_64__)
static const cl_sha512_engine avx2 = {{"avx2", cl_sha512_has_avx2}, cl_sha512_challenges_avx2};
static const cl_sha512_engine avx512 = {{"avx512", cl_sha512_has_avx512},
                                        cl_sha512_challenges_avx512};
#endif

static const cl_engine *const list[] = {
#if defined(__x86_64__)
    &avx512.engine,
    &avx2.engine,
#endif
    &evp.engine,
};

static cl_engines engines = {"ECO2_SHA512", list, sizeof list / sizeof *list, NULL, 0};

const cl_sha512_engine *cl_sha512_engine_named(const char *name) {
  return (const cl_sha512_engine *)cl_engine_named(&engines, name);
}

int cl_sha512_engine_chosen(const char **name) {
  *name = cl_engine_chosen(&engines)->name;
  return engines.status;
}

void cl_sha512_challenges(const cl_sha512_challenge *in, size_t count, uint8_t (*out)[64]) {
  const cl_sha512_engine *const chosen = (const cl_sha512_engine *)cl_engine_chosen(&engines);
  chosen->challenges(in, count, out);
}

int cl_sha512_messages_by(const cl_sha512_engine *engine, size_t prefix_length,
                          const uint8_t *base, size_t base_length,
                          const cl_sha256_range *ranges, size_t count, uint8_t *out) {
  for (size_t i = 0; i < count; i++) {
    if (ranges[i].length < 64 || ranges[i].offset > base_length ||
        ranges[i].length > base_length - ranges[i].offset) {
      return CL_SHA512_BAD_RANGE;
    }
  }
  cl_sha512_challenge *challenges = calloc(count + 1, sizeof *challenges);
  if (challenges == NULL) return CL_SHA512_NO_MEMORY;
  for (size_t i = 0; i < count; i++) {
    const uint8_t *at = base + ranges[i].offset;
    const size_t rest = ranges[i].length - 64;
    const size_t prefix = prefix_length < rest ? prefix_length : rest;
    challenges[i] = (cl_sha512_challenge){
        .nonce = at,
        .key = at + 32,
        .prefix = prefix != 0 ? at + 64 : NULL,
        .message = rest != prefix ? at + 64 + prefix : NULL,
        .prefix_length = prefix,
        .message_length = rest - prefix,
    };
  }
  engine->challenges(challenges, count, (uint8_t(*)[64])out);
  free(challenges);
  return CL_SHA512_OK;
}
