#if defined(__x86_64__)
#include "lanes.h"
#include "shani_rounds.h"

SHA_TARGET static void hash(const uint8_t *prefix, size_t prefix_length, const uint8_t *data,
                            size_t length, uint8_t *out) {
  halves s = from_words(cl_sha256_initial);
  uint8_t memory[CL_SHA256_BLOCK];
  size_t position = 0;
  for (size_t left = cl_sha256_blocks(prefix_length + length); left != 0; left--) {
    const uint8_t *block =
        cl_sha256_next_block(memory, prefix, prefix_length, data, length, &position);
    v4 w[1][4];
    UNROLL for (int i = 0; i < 4; i++) w[0][i] = load(block, i);
    compress(&s, w, 1);
  }
  digest(out, s);
}

SHA_INLINE void step_of(uint32_t *state, const uint8_t *const *blocks, unsigned fresh, int n) {
  halves s[2];
  v4 w[2][4];
  UNROLL for (int l = 0; l < n; l++) {
    s[l] = from_words(fresh >> l & 1 ? cl_sha256_initial : state + 8 * l);
    UNROLL for (int i = 0; i < 4; i++) w[l][i] = load(blocks[l], i);
  }
  compress(s, w, n);
  UNROLL for (int l = 0; l < n; l++) to_words((v4 *)(state + 8 * l), s[l]);
}

SHA_TARGET static void step(uint32_t *state, const uint8_t *const *blocks, unsigned busy,
                            unsigned fresh) {
  if (busy >> 1 != 0) {
    step_of(state, blocks, fresh, 2);
  } else {
    step_of(state, blocks, fresh, 1);
  }
}

static const cl_sha256_lanes two = {2, 1, 8, step};

static void messages(const uint8_t *prefix, size_t prefix_length, const uint8_t *base,
                     const cl_sha256_range *ranges, size_t count, uint8_t *out) {
  cl_sha256_run(&two, prefix, prefix_length, base, ranges, count, out);
}

static int is_supported(void) {
  return __builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1") &&
         __builtin_cpu_supports("ssse3");
}

const cl_sha256_engine cl_sha256_shani = {{"shani", is_supported}, hash, cl_sha256_shani_level,
                                          messages};
#endif
