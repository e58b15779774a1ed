#if defined(__x86_64__)
#include "avx512.h"

TARGET static void step(uint32_t *state, const uint8_t *const *blocks, unsigned busy,
                        unsigned fresh) {
  (void)busy;
  v s[8], w[16];
  for (int i = 0; i < 16; i++) w[i] = swap_bytes(_mm512_loadu_si512(blocks[i]));
  transpose(w);
  for (int i = 0; i < 8; i++) {
    s[i] = _mm512_mask_set1_epi32(_mm512_load_si512(state + 16 * i), (__mmask16)fresh,
                                  (int)cl_sha256_initial[i]);
    _mm512_store_si512(state + 16 * i, s[i]);
  }
  rounds(s, w);
  for (int i = 0; i < 8; i++) {
    _mm512_store_si512(state + 16 * i, add(s[i], _mm512_load_si512(state + 16 * i)));
  }
}

static const cl_sha256_lanes sixteen = {16, 16, 1, step};

static void messages(const uint8_t *prefix, size_t prefix_length, const uint8_t *base,
                     const cl_sha256_range *ranges, size_t count, uint8_t *out) {
  if (count < 16) {
    cl_sha256_fewer()->messages(prefix, prefix_length, base, ranges, count, out);
    return;
  }
  cl_sha256_run(&sixteen, prefix, prefix_length, base, ranges, count, out);
}

static int is_supported(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

static void hash(const uint8_t *prefix, size_t prefix_length, const uint8_t *data,
                 size_t length, uint8_t *out) {
  cl_sha256_fewer()->hash(prefix, prefix_length, data, length, out);
}

const cl_sha256_engine cl_sha256_avx512 = {{"avx512", is_supported}, hash, cl_sha256_avx512_level,
                                           messages};
#endif
