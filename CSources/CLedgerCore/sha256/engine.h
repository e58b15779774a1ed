#ifndef CL_SHA256_ENGINE_H
#define CL_SHA256_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "../cpu/choose.h"
#include "cl_sha256.h"

// One implementation of the contracts in cl_sha256.h. All give the same digests.
struct cl_sha256_engine {
  cl_engine engine;
  // out[32] = SHA256(prefix ‖ data).
  void (*hash)(const uint8_t *prefix, size_t prefix_length, const uint8_t *data, size_t length,
               uint8_t *out);
  // cl_sha256_inner_level with any tag.
  void (*level)(uint8_t tag, const uint8_t *pairs, size_t count, uint8_t *out);
  // cl_sha256_messages.
  void (*messages)(const uint8_t *prefix, size_t prefix_length, const uint8_t *base,
                   const cl_sha256_range *ranges, size_t count, uint8_t *out);
};

extern const cl_sha256_engine cl_sha256_evp;
#if defined(__x86_64__)
extern const cl_sha256_engine cl_sha256_avx2;
extern const cl_sha256_engine cl_sha256_shani;
extern const cl_sha256_engine cl_sha256_avx512;
#endif

// The engine of this process: what the environment names, or the best that this
// processor runs.
const cl_sha256_engine *cl_choose_sha256(void);

#endif
