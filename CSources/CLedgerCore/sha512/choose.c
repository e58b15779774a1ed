#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cl_sha512.h"
#include "sha512_lanes.h"

struct cl_sha512_engine {
  const char *name;
  int (*is_supported)(void);
  void (*challenges)(const cl_sha512_challenge *in, size_t count, uint8_t (*out)[64]);
};

static int always(void) { return 1; }

// Best first.
static const cl_sha512_engine engines[] = {
#if defined(__x86_64__)
    {"avx512", cl_sha512_has_avx512, cl_sha512_challenges_avx512},
    {"avx2", cl_sha512_has_avx2, cl_sha512_challenges_avx2},
#endif
    {"evp", always, cl_sha512_challenges_portable},
};

#define ENGINES (sizeof engines / sizeof *engines)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const cl_sha512_engine *chosen;
static int status;

const cl_sha512_engine *cl_sha512_engine_named(const char *name) {
  for (size_t i = 0; i < ENGINES; i++) {
    if (strcmp(engines[i].name, name) == 0) return engines[i].is_supported() ? &engines[i] : NULL;
  }
  return NULL;
}

static void choose(void) {
  const char *named = getenv("ECO2_SHA512");
  if (named != NULL) {
    chosen = cl_sha512_engine_named(named);
    if (chosen != NULL) return;
    // The face tells whoever starts a program, and that stops it. Who asks for a
    // digest nonetheless gets the one every engine gives.
    status = -1;
    chosen = &engines[ENGINES - 1];
    return;
  }
  size_t i = 0;
  while (!engines[i].is_supported()) i++;
  chosen = &engines[i];
}

int cl_sha512_engine_chosen(const char **name) {
  pthread_once(&once, choose);
  *name = chosen->name;
  return status;
}

void cl_sha512_challenges(const cl_sha512_challenge *in, size_t count, uint8_t (*out)[64]) {
  pthread_once(&once, choose);
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
