#ifndef CL_ED25519_IFMA_H
#define CL_ED25519_IFMA_H

#include "engine.h"

// A decoded point of the AVX-512 IFMA engine: y + x, y − x and 2d·x·y in tight limbs
// (ifma_fe.h), and one word to fill two cache lines.
typedef struct {
  uint64_t sum[5], difference[5], product[5], unused;
} ifma_affine;

void ifma_decode(uint8_t *out, uint8_t *is_point, const uint8_t *const *encodings, size_t count);
size_t ifma_sum_memory(size_t count);
void ifma_add_up(point *out, const cl_ed25519_sum *sum, void *memory);

#endif
