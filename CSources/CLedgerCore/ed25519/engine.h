#ifndef CL_ED25519_ENGINE_H
#define CL_ED25519_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "cl_ed25519.h"

// A verification engine: one implementation of the contract in cl_ed25519.h for
// arguments that the face has already checked. All engines give the same verdict
// on every input.
typedef struct {
  const char *name;
  // 1 valid, 0 not.
  int (*verify)(const uint8_t key[32], const uint8_t signature[64], const uint8_t *prefix,
                size_t prefix_length, const uint8_t *message, size_t message_length);
  // Sets bits in `verdicts`, which is all zero on entry; every item lies inside
  // `base`; count > 0. Returns what cl_ed25519_verify_batch does.
  int (*verify_batch)(const uint8_t *base, const uint8_t *prefix, size_t prefix_length,
                      const cl_ed25519_item *items, size_t count, uint8_t *verdicts);
} cl_ed25519_engine;

extern const cl_ed25519_engine cl_ed25519_portable;

#endif
