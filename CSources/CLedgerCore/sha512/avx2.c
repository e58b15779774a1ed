#if defined(__x86_64__)
#include <immintrin.h>

#include "constants.h"
#include "lanes.h"

// Four messages, one in each 64-bit lane.

#define TARGET __attribute__((target("avx2")))
#define INLINE TARGET static inline __attribute__((always_inline))

typedef __m256i v;

#define SET1 _mm256_set1_epi64x
#define SHR _mm256_srli_epi64
INLINE v add(v a, v b) { return _mm256_add_epi64(a, b); }
INLINE v xor_(v a, v b) { return _mm256_xor_si256(a, b); }
INLINE v ror(v x, int n) { return xor_(SHR(x, n), _mm256_slli_epi64(x, 64 - n)); }
INLINE v choose(v e, v f, v g) { return xor_(g, _mm256_and_si256(e, xor_(f, g))); }
INLINE v majority(v a, v b, v c) {
  return xor_(b, _mm256_and_si256(xor_(a, b), xor_(b, c)));
}
INLINE v ror8(v x) {
  return _mm256_shuffle_epi8(
      x, _mm256_broadcastsi128_si256(
             _mm_set_epi8(8, 15, 14, 13, 12, 11, 10, 9, 0, 7, 6, 5, 4, 3, 2, 1)));
}
INLINE v sum0(v a) { return xor_(xor_(ror(a, 28), ror(a, 34)), ror(a, 39)); }
INLINE v sum1(v e) { return xor_(xor_(ror(e, 14), ror(e, 18)), ror(e, 41)); }
INLINE v small0(v w) { return xor_(xor_(ror(w, 1), ror8(w)), SHR(w, 7)); }
INLINE v small1(v w) { return xor_(xor_(ror(w, 19), ror(w, 61)), SHR(w, 6)); }

#include "rounds.h"

// Words 4·quarter ..< 4·quarter + 4 of each lane's block, one in each register.
INLINE void load(v w[4], const uint8_t *const *blocks, int quarter) {
  const v swap = _mm256_broadcastsi128_si256(
      _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  v r[4];
  for (int i = 0; i < 4; i++) {
    r[i] = _mm256_shuffle_epi8(
        _mm256_loadu_si256((const __m256i *)(blocks[i] + 32 * quarter)), swap);
  }
  v even01 = _mm256_unpacklo_epi64(r[0], r[1]), odd01 = _mm256_unpackhi_epi64(r[0], r[1]);
  v even23 = _mm256_unpacklo_epi64(r[2], r[3]), odd23 = _mm256_unpackhi_epi64(r[2], r[3]);
  w[0] = _mm256_permute2x128_si256(even01, even23, 0x20);
  w[1] = _mm256_permute2x128_si256(odd01, odd23, 0x20);
  w[2] = _mm256_permute2x128_si256(even01, even23, 0x31);
  w[3] = _mm256_permute2x128_si256(odd01, odd23, 0x31);
}

TARGET static void step(uint64_t *state, const uint8_t *const *blocks, unsigned fresh) {
  v s[8], w[16];
  for (int q = 0; q < 4; q++) load(w + 4 * q, blocks, q);
  for (int i = 0; i < 8; i++) {
    for (unsigned l = 0; l < 4; l++) {
      if (fresh >> l & 1) state[4 * i + l] = cl_sha512_initial[i];
    }
    s[i] = _mm256_load_si256((const __m256i *)(state + 4 * i));
  }
  rounds(s, w);
  for (int i = 0; i < 8; i++) {
    __m256i *at = (__m256i *)(state + 4 * i);
    _mm256_store_si256(at, add(s[i], _mm256_load_si256(at)));
  }
}

int cl_sha512_has_avx2(void) { return __builtin_cpu_supports("avx2"); }

void cl_sha512_challenges_avx2(const cl_sha512_challenge *in, size_t count, uint8_t (*out)[64]) {
  cl_sha512_run(step, 4, in, count, out);
}
#endif
