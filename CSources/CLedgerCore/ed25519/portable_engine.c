#include "../sha512/sha512_lanes.h"
#include "portable.h"

static int always(void) { return 1; }

static void decode(uint8_t *out, uint8_t *is_point, const uint8_t *const *encodings,
                   size_t count) {
  affine_cached *points = (affine_cached *)out;
  point decoded[2];
  size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    const int which = point_decode_2(decoded, encodings + i);
    for (int j = 0; j < 2; j++) {
      is_point[i + (size_t)j] = which >> j & 1;
      if (is_point[i + (size_t)j]) point_to_affine_cached(&points[i + (size_t)j], &decoded[j]);
    }
  }
  if (i < count) {
    is_point[i] = (uint8_t)point_decode(&decoded[0], encodings[i]);
    if (is_point[i]) point_to_affine_cached(&points[i], &decoded[0]);
  }
}

void cl_ed25519_reduce_each(scalar *out, const uint8_t (*hashes)[64], size_t count) {
  for (size_t i = 0; i < count; i++) scalar_reduce_bytes(&out[i], hashes[i]);
}

void cl_ed25519_scale_each(scalar *scalars, const coefficient *z, size_t count) {
  for (size_t i = 0; i < count; i++) scalar_scale(&scalars[i], &z[i], &scalars[i]);
}

int cl_ed25519_verify_portable(const uint8_t key[32], const uint8_t signature[64],
                               const uint8_t *prefix, size_t prefix_length,
                               const uint8_t *message, size_t message_length) {
  prepared item;
  return prepare(&item, key, signature, prefix, prefix_length, message, message_length) &&
         prepared_is_valid(&item);
}

const cl_ed25519_engine cl_ed25519_portable = {
    .engine = {"portable", always},
    .point_bytes = sizeof(affine_cached),
    .sum_max = 2048,
    .decode = decode,
    .reduce = cl_ed25519_reduce_each,
    .scale = cl_ed25519_scale_each,
    .sum_memory = portable_sum_memory,
    .add_up = portable_add_up,
    .multiples_bytes = &portable_multiples_bytes,
    .make_multiples = portable_make_multiples,
    .add_multiples = portable_add_multiples,
    .verify = cl_ed25519_verify_portable,
};
