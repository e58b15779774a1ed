// Sixteen messages, one in each 32-bit lane: the rounds, and how words come into the
// lanes and digests out of them.

#include <immintrin.h>

#include "constants.h"
#include "lanes.h"

#define TARGET __attribute__((target("avx512f,avx512bw")))
#define INLINE TARGET static inline __attribute__((always_inline))

typedef __m512i v;

#define SET1 _mm512_set1_epi32
#define ROR _mm512_ror_epi32
INLINE v add(v a, v b) { return _mm512_add_epi32(a, b); }
INLINE v or_(v a, v b) { return _mm512_or_si512(a, b); }
INLINE v xor3(v a, v b, v c) { return _mm512_ternarylogic_epi32(a, b, c, 0x96); }
INLINE v choose(v e, v f, v g) { return _mm512_ternarylogic_epi32(e, f, g, 0xCA); }
INLINE v majority(v a, v b, v c) { return _mm512_ternarylogic_epi32(a, b, c, 0xE8); }
INLINE v sum0(v a) { return xor3(ROR(a, 2), ROR(a, 13), ROR(a, 22)); }
INLINE v sum1(v e) { return xor3(ROR(e, 6), ROR(e, 11), ROR(e, 25)); }
INLINE v small0(v w) { return xor3(ROR(w, 7), ROR(w, 18), _mm512_srli_epi32(w, 3)); }
INLINE v small1(v w) { return xor3(ROR(w, 17), ROR(w, 19), _mm512_srli_epi32(w, 10)); }

#include "rounds.h"

INLINE v swap_bytes(v x) {
  return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(_mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11,
                                                                    4, 5, 6, 7, 0, 1, 2, 3)));
}

// r[i] of words j becomes r[j] of words i.
INLINE void transpose(v r[16]) {
  v t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  // r[4q + k], in 128-bit part p: word 4p + k of rows 4q ..< 4q + 4.
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int k = 0; k < 4; k++) {
    v even0 = _mm512_shuffle_i32x4(r[k], r[4 + k], 0x88);
    v even1 = _mm512_shuffle_i32x4(r[8 + k], r[12 + k], 0x88);
    v odd0 = _mm512_shuffle_i32x4(r[k], r[4 + k], 0xDD);
    v odd1 = _mm512_shuffle_i32x4(r[8 + k], r[12 + k], 0xDD);
    t[k] = _mm512_shuffle_i32x4(even0, even1, 0x88);
    t[8 + k] = _mm512_shuffle_i32x4(even0, even1, 0xDD);
    t[4 + k] = _mm512_shuffle_i32x4(odd0, odd1, 0x88);
    t[12 + k] = _mm512_shuffle_i32x4(odd0, odd1, 0xDD);
  }
  for (int i = 0; i < 16; i++) r[i] = t[i];
}

// Writes sixteen rows of eight words, r[j] being word j of each, one after the
// other.
INLINE void store_rows(const v r[8], uint8_t *out) {
  v t[8], q[8];
  for (int i = 0; i < 8; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    q[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    q[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    q[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    q[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  // q[k] and q[4 + k], in 128-bit part p: both halves of row 4p + k.
  for (int k = 0; k < 4; k += 2) {
    v a = _mm512_shuffle_i32x4(q[k], q[4 + k], 0x44);
    v b = _mm512_shuffle_i32x4(q[k + 1], q[5 + k], 0x44);
    v c = _mm512_shuffle_i32x4(q[k], q[4 + k], 0xEE);
    v d = _mm512_shuffle_i32x4(q[k + 1], q[5 + k], 0xEE);
    _mm512_storeu_si512(out + 32 * k, _mm512_shuffle_i32x4(a, b, 0x88));
    _mm512_storeu_si512(out + 32 * (k + 4), _mm512_shuffle_i32x4(a, b, 0xDD));
    _mm512_storeu_si512(out + 32 * (k + 8), _mm512_shuffle_i32x4(c, d, 0x88));
    _mm512_storeu_si512(out + 32 * (k + 12), _mm512_shuffle_i32x4(c, d, 0xDD));
  }
}

INLINE void initial(v s[8]) {
  for (int i = 0; i < 8; i++) s[i] = SET1((int)cl_sha256_initial[i]);
}

// `level` of cl_sha256_avx512.
void cl_sha256_avx512_level(uint8_t tag, const uint8_t *pairs, size_t count, uint8_t *out);

// What hashes too few messages for sixteen lanes. The first processors with AVX-512
// lack the SHA instructions.
static inline const cl_sha256_engine *cl_sha256_fewer(void) {
  return cl_sha256_shani.engine.is_supported() ? &cl_sha256_shani : &cl_sha256_avx2;
}
