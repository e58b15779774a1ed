#if defined(__x86_64__)
#include <immintrin.h>

#include "constants.h"
#include "lanes.h"

// Eight messages, one in each 64-bit lane.

#define TARGET __attribute__((target("avx512f,avx512bw")))
#define INLINE TARGET static inline __attribute__((always_inline))

typedef __m512i v;

INLINE v add(v a, v b) { return _mm512_add_epi64(a, b); }
INLINE v xor3(v a, v b, v c) { return _mm512_ternarylogic_epi64(a, b, c, 0x96); }
INLINE v choose(v e, v f, v g) { return _mm512_ternarylogic_epi64(e, f, g, 0xCA); }
INLINE v majority(v a, v b, v c) { return _mm512_ternarylogic_epi64(a, b, c, 0xE8); }
#define ROR _mm512_ror_epi64
INLINE v sum0(v a) { return xor3(ROR(a, 28), ROR(a, 34), ROR(a, 39)); }
INLINE v sum1(v e) { return xor3(ROR(e, 14), ROR(e, 18), ROR(e, 41)); }
INLINE v small0(v w) { return xor3(ROR(w, 1), ROR(w, 8), _mm512_srli_epi64(w, 7)); }
INLINE v small1(v w) { return xor3(ROR(w, 19), ROR(w, 61), _mm512_srli_epi64(w, 6)); }

#define SET1 _mm512_set1_epi64

#include "rounds.h"

// Words 8·half ..< 8·half + 8 of each lane's block, one word in each register.
INLINE void load(v w[8], const uint8_t *const *blocks, int half) {
  const v swap = _mm512_broadcast_i32x4(
      _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  v r[8], s[8];
  for (int i = 0; i < 8; i++) {
    r[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(blocks[i] + 64 * half), swap);
  }
  for (int i = 0; i < 8; i += 2) {
    s[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);
    s[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]);
  }
  // s[2p + k]: words k, 2+k, 4+k, 6+k of lanes 2p and 2p+1, in 128-bit parts.
  for (int k = 0; k < 2; k++) {
    v low0 = _mm512_shuffle_i64x2(s[k], s[2 + k], 0x88);
    v low1 = _mm512_shuffle_i64x2(s[4 + k], s[6 + k], 0x88);
    v high0 = _mm512_shuffle_i64x2(s[k], s[2 + k], 0xDD);
    v high1 = _mm512_shuffle_i64x2(s[4 + k], s[6 + k], 0xDD);
    w[k] = _mm512_shuffle_i64x2(low0, low1, 0x88);
    w[4 + k] = _mm512_shuffle_i64x2(low0, low1, 0xDD);
    w[2 + k] = _mm512_shuffle_i64x2(high0, high1, 0x88);
    w[6 + k] = _mm512_shuffle_i64x2(high0, high1, 0xDD);
  }
}

TARGET static void step(uint64_t *state, const uint8_t *const *blocks, unsigned fresh) {
  v s[8], w[16];
  load(w, blocks, 0);
  load(w + 8, blocks, 1);
  for (int i = 0; i < 8; i++) {
    s[i] = _mm512_mask_set1_epi64(_mm512_load_si512(state + 8 * i), (__mmask8)fresh,
                                  (long long)cl_sha512_initial[i]);
    _mm512_store_si512(state + 8 * i, s[i]);
  }
  rounds(s, w);
  for (int i = 0; i < 8; i++) {
    _mm512_store_si512(state + 8 * i, add(s[i], _mm512_load_si512(state + 8 * i)));
  }
}

int cl_sha512_has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

void cl_sha512_challenges_avx512(const cl_sha512_challenge *in, size_t count,
                                 uint8_t (*out)[64]) {
  cl_sha512_run(step, 8, in, count, out);
}
#endif
