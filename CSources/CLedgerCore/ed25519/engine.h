#ifndef CL_ED25519_ENGINE_H
#define CL_ED25519_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "../cpu/choose.h"
#include "cl_ed25519.h"
#include "point.h"
#include "scalar.h"

// An engine is a way to compute what one driver (batch.c) asks for. It decodes
// points, multiplies scalars and evaluates sums of multiples; which signatures are
// put into a sum, and what a sum says about them, is decided once, in the driver.
// Each function does the same on every engine, for every input.

// The group equation of some signatures: Σ z·R + Σ (z·k)·A + base·B. Points are in
// the engine's own decoded form, one every `point_bytes`, from an address that is
// a multiple of 64 when `point_bytes` is one.
typedef struct {
  size_t count;  // > 0
  const uint8_t *keys, *nonces;
  const scalar *key_scalars;          // z·k mod L, below L
  const coefficient *nonce_scalars;   // z
  scalar base;                        // −Σ z·s mod L, below L
} cl_ed25519_sum;

struct cl_ed25519_engine {
  cl_engine engine;
  // Bytes of one decoded point, a multiple of 8 (of 64 where the engine wants its
  // points aligned).
  size_t point_bytes;
  // The most signatures put into one sum: what keeps the working set in the caches.
  size_t sum_max;

  // Decodes encodings[i] (32 bytes, any alignment) by ZIP-215 into
  // out + i·point_bytes; is_point[i] = 1, or 0 when there is no such point (what is
  // written then is not read). `out` is 64-byte aligned; any count.
  void (*decode)(uint8_t *out, uint8_t *is_point, const uint8_t *const *encodings, size_t count);
  // out[i] = hashes[i] (64 little-endian bytes) mod L.
  void (*reduce)(scalar *out, const uint8_t (*hashes)[64], size_t count);
  // scalars[i] = z[i]·scalars[i] mod L; scalars below L.
  void (*scale)(scalar *scalars, const coefficient *z, size_t count);
  // Bytes of working memory that `add_up` needs for any count up to this one.
  size_t (*sum_memory)(size_t count);
  // out = the sum; `memory` is 64-byte aligned, of sum_memory(count) bytes.
  void (*add_up)(point *out, const cl_ed25519_sum *sum, void *memory);
  // Bytes of the multiples of one point that `add_multiples` uses, a multiple of 64.
  const size_t *multiples_bytes;
  // Makes them; `out` is 64-byte aligned.
  void (*make_multiples)(uint8_t *out, const point *a);
  // out = s·B + k·a, s and k below L.
  void (*add_multiples)(point *out, const uint8_t *multiples, const scalar *s, const scalar *k);
  // One signature from its bytes: 1 valid, 0 not.
  int (*verify)(const uint8_t key[32], const uint8_t signature[64], const uint8_t *prefix,
                size_t prefix_length, const uint8_t *message, size_t message_length);
};

extern const cl_ed25519_engine cl_ed25519_portable;
#if defined(__x86_64__)
extern const cl_ed25519_engine cl_ed25519_avx2;
extern const cl_ed25519_engine cl_ed25519_avx512ifma;
#endif

// The engine of this process: what the environment names, or the best that this
// processor runs.
const cl_ed25519_engine *cl_choose_ed25519(void);

// What engines without a quicker way of their own use.
void cl_ed25519_reduce_each(scalar *out, const uint8_t (*hashes)[64], size_t count);
void cl_ed25519_scale_each(scalar *scalars, const coefficient *z, size_t count);
int cl_ed25519_verify_portable(const uint8_t key[32], const uint8_t signature[64],
                               const uint8_t *prefix, size_t prefix_length,
                               const uint8_t *message, size_t message_length);

#endif
