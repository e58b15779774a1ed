#if defined(__x86_64__)
#include <immintrin.h>

#include "constants.h"
#include "lanes.h"

// Eight messages, one in each 32-bit lane.

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET static inline __attribute__((always_inline))

typedef __m256i v;

#define SET1 _mm256_set1_epi32
#define SHR _mm256_srli_epi32
INLINE v add(v a, v b) { return _mm256_add_epi32(a, b); }
INLINE v or_(v a, v b) { return _mm256_or_si256(a, b); }
INLINE v xor_(v a, v b) { return _mm256_xor_si256(a, b); }
INLINE v ror(v x, int n) { return xor_(SHR(x, n), _mm256_slli_epi32(x, 32 - n)); }
INLINE v choose(v e, v f, v g) { return xor_(g, _mm256_and_si256(e, xor_(f, g))); }
INLINE v majority(v a, v b, v c) {
  return xor_(b, _mm256_and_si256(xor_(a, b), xor_(b, c)));
}
INLINE v sum0(v a) { return xor_(xor_(ror(a, 2), ror(a, 13)), ror(a, 22)); }
INLINE v sum1(v e) { return xor_(xor_(ror(e, 6), ror(e, 11)), ror(e, 25)); }
INLINE v small0(v w) { return xor_(xor_(ror(w, 7), ror(w, 18)), SHR(w, 3)); }
INLINE v small1(v w) { return xor_(xor_(ror(w, 17), ror(w, 19)), SHR(w, 10)); }

#include "rounds.h"

INLINE v swap_bytes(v x) {
  return _mm256_shuffle_epi8(
      x, _mm256_broadcastsi128_si256(
             _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3)));
}

// r[i] of words j becomes r[j] of words i.
INLINE void transpose(v r[8]) {
  v t[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    r[i] = _mm256_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm256_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm256_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm256_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int k = 0; k < 4; k++) {
    t[k] = _mm256_permute2x128_si256(r[k], r[4 + k], 0x20);
    t[4 + k] = _mm256_permute2x128_si256(r[k], r[4 + k], 0x31);
  }
  for (int i = 0; i < 8; i++) r[i] = t[i];
}

INLINE v load(const uint8_t *at) { return _mm256_loadu_si256((const v *)at); }

INLINE void initial(v s[8]) {
  for (int i = 0; i < 8; i++) s[i] = SET1((int)cl_sha256_initial[i]);
}

// The first block is the tag and 63 bytes of the pair, the second its last byte.
TARGET static void eight_nodes(uint8_t tag, const uint8_t *pairs, uint8_t *out) {
  v w[16], s[8], middle[8];
  uint8_t head[8][32];
  uint32_t last[8];
  for (int i = 0; i < 8; i++) {
    head[i][0] = tag;
    __builtin_memcpy(head[i] + 1, pairs + 64 * i, 31);
    last[i] = (uint32_t)pairs[64 * i + 63] << 24;
    w[i] = swap_bytes(load(head[i]));
    w[8 + i] = swap_bytes(load(pairs + 64 * i + 31));
  }
  transpose(w);
  transpose(w + 8);
  initial(s);
  rounds(s, w);
  for (int i = 0; i < 8; i++) {
    s[i] = add(s[i], SET1((int)cl_sha256_initial[i]));
    middle[i] = s[i];
  }
  rounds_of_last_byte(s, load((const uint8_t *)last));
  for (int i = 0; i < 8; i++) s[i] = swap_bytes(add(s[i], middle[i]));
  transpose(s);
  for (int i = 0; i < 8; i++) _mm256_storeu_si256((v *)(out + 32 * i), s[i]);
}

static void level(uint8_t tag, const uint8_t *pairs, size_t count, uint8_t *out) {
  for (; count >= 8; count -= 8) {
    eight_nodes(tag, pairs, out);
    pairs += 512;
    out += 256;
  }
  cl_sha256_evp.level(tag, pairs, count, out);
}

TARGET static void step(uint32_t *state, const uint8_t *const *blocks, unsigned busy,
                        unsigned fresh) {
  (void)busy;
  v s[8], w[16];
  for (int i = 0; i < 8; i++) {
    w[i] = swap_bytes(load(blocks[i]));
    w[8 + i] = swap_bytes(load(blocks[i] + 32));
  }
  transpose(w);
  transpose(w + 8);
  for (unsigned i = 0; i < 8; i++) {
    for (unsigned l = 0; l < 8; l++) {
      if (fresh >> l & 1) state[8 * i + l] = cl_sha256_initial[i];
    }
    s[i] = _mm256_load_si256((const v *)(state + 8 * i));
  }
  rounds(s, w);
  for (int i = 0; i < 8; i++) {
    v *at = (v *)(state + 8 * i);
    _mm256_store_si256(at, add(s[i], _mm256_load_si256(at)));
  }
}

static const cl_sha256_lanes eight = {8, 8, 1, step};

static void messages(const uint8_t *prefix, size_t prefix_length, const uint8_t *base,
                     const cl_sha256_range *ranges, size_t count, uint8_t *out) {
  cl_sha256_run(&eight, prefix, prefix_length, base, ranges, count, out);
}

static void hash(const uint8_t *prefix, size_t prefix_length, const uint8_t *data,
                 size_t length, uint8_t *out) {
  cl_sha256_evp.hash(prefix, prefix_length, data, length, out);
}

static int is_supported(void) { return __builtin_cpu_supports("avx2"); }

const cl_sha256_engine cl_sha256_avx2 = {{"avx2", is_supported}, hash, level, messages};
#endif
