#ifndef CL_IFMA_FE_H
#define CL_IFMA_FE_H

#include <immintrin.h>
#include <stdint.h>

#ifdef CL_ED25519_CHECK_BOUNDS
#include <assert.h>
#endif

// Eight integers modulo p = 2^255 − 19, one in each lane of five registers of 51-bit
// limbs: Σ v[i]·2^(51·i). (Gueron, Krasnov, "Accelerating Big Integer Arithmetic
// Using Intel IFMA Extensions", 2016, for the instruction.)
//
// VPMADD52 multiplies the low 52 bits of two numbers and adds the low or the high 52
// bits of the product: an operand of 2^52 or more would be cut without a sign of it.
// Limbs have 51 bits, so that what a single carry pass leaves still fits:
//   tight    every limb < 2^51 + 2^17: what fx_carry gives;
//   operand  every limb < 2^52: what products take;
//   columns  limbs below 2^62, which only fx_carry and additions may see. The carries
//            out of them are below 2^11, and 19 times that below 2^16: tight.
// Sums of products are carried once, after the addition. A product of an operand and a
// tight element has columns below 2^59.7: its high halves are below 2^51.01 and its low
// ones below 2^52, column k collects at most 5 low ones and 5 high ones, doubled, and
// 19 times another such column: 20·(5·2^52 + 10·2^51.01) < 2^59.7.
//
// Everything here is compiled for AVX-512 IFMA whatever the rest is compiled for;
// the engine is used only where the processor has it.

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512ifma"))), \
    apply_to = function)

#define FX_INLINE static inline __attribute__((always_inline))

typedef struct {
  __m512i v[5];
} fx;

#ifdef CL_ED25519_CHECK_BOUNDS
// Stops when a limb reaches 2^bits, or (bits = 51) is not tight. Not inlined: a
// sanitizer's build would take minutes.
static __attribute__((noinline, unused)) void fx_check(const fx *a, int bits) {
  const uint64_t bound = bits == 51 ? (UINT64_C(1) << 51) + (1 << 17) : UINT64_C(1) << bits;
  for (int i = 0; i < 5; i++) {
    assert(_mm512_cmpge_epu64_mask(a->v[i], _mm512_set1_epi64((long long)bound)) == 0);
  }
}
#else
#define fx_check(a, bits) ((void)0)
#endif

FX_INLINE __m512i fx_word(uint64_t a) { return _mm512_set1_epi64((long long)a); }

#define FX_MASK fx_word((UINT64_C(1) << 51) - 1)

// The same element in every lane.
FX_INLINE fx fx_all(const uint64_t limbs[5]) {
  fx out;
  for (int i = 0; i < 5; i++) out.v[i] = fx_word(limbs[i]);
  return out;
}

// Columns to tight.
FX_INLINE fx fx_carry(fx a) {
  fx_check(&a, 62);
  fx out;
  __m512i c[5];
  for (int i = 0; i < 5; i++) {
    c[i] = _mm512_srli_epi64(a.v[i], 51);
    out.v[i] = _mm512_and_si512(a.v[i], FX_MASK);
  }
  for (int i = 1; i < 5; i++) out.v[i] = _mm512_add_epi64(out.v[i], c[i - 1]);
  out.v[0] = _mm512_madd52lo_epu64(out.v[0], c[4], fx_word(19));
  fx_check(&out, 51);
  return out;
}

FX_INLINE fx fx_plus(fx a, fx b) {
  fx out;
  for (int i = 0; i < 5; i++) out.v[i] = _mm512_add_epi64(a.v[i], b.v[i]);
  return out;
}

// a − b, for a raised by 2^9·p: limbs of b below 2^59.8.
FX_INLINE fx fx_minus_raised(fx a, fx b) {
  fx out;
  fx_check(&a, 61);
  for (int i = 0; i < 5; i++) out.v[i] = _mm512_sub_epi64(a.v[i], b.v[i]);
  return out;
}

// A limb of 2^shift·p.
FX_INLINE __m512i fx_p(int i, int shift) {
  return fx_word(((UINT64_C(1) << 51) - (i == 0 ? 19 : 1)) << shift);
}

// a raised by 2^9·p.
FX_INLINE fx fx_raise(fx a) {
  for (int i = 0; i < 5; i++) a.v[i] = _mm512_add_epi64(a.v[i], fx_p(i, 9));
  return a;
}

FX_INLINE fx fx_minus(fx a, fx b) { return fx_minus_raised(fx_raise(a), b); }

// −a for a tight: 2p − a, an operand.
FX_INLINE fx fx_negate(fx a) {
  fx out;
  fx_check(&a, 51);
  for (int i = 0; i < 5; i++) out.v[i] = _mm512_sub_epi64(fx_p(i, 1), a.v[i]);
  return out;
}

FX_INLINE __m512i fx_lo(__m512i sum, __m512i a, __m512i b) {
  return _mm512_madd52lo_epu64(sum, a, b);
}
FX_INLINE __m512i fx_hi(__m512i sum, __m512i a, __m512i b) {
  return _mm512_madd52hi_epu64(sum, a, b);
}
FX_INLINE __m512i fx_twice(__m512i a) { return _mm512_add_epi64(a, a); }

// Folds columns 5 … 9 onto 0 … 4: 2^255 = 19.
FX_INLINE fx fx_fold(const __m512i t[10]) {
  fx out;
  for (int k = 0; k < 5; k++) {
    out.v[k] = _mm512_add_epi64(t[k], _mm512_mullo_epi64(t[k + 5], fx_word(19)));
  }
  return out;
}

// a·b: an operand and a tight element to columns below 2^59.7; with `raised`, 2^9·p is
// in the columns from the start. The high half of a_i·b_j lies 52 bits up, one more than
// a limb: in the next column, doubled.
FX_INLINE fx fx_multiply(fx a, fx b, const int raised) {
  fx_check(&a, 52);
  fx_check(&b, 52);
  __m512i t[10];
  for (int k = 0; k < 10; k++) t[k] = raised && k < 5 ? fx_p(k, 8) : _mm512_setzero_si512();
  if (raised) t[0] = fx_p(0, 9);
  for (int i = 0; i < 5; i++) {
    for (int j = 0; j < 5; j++) t[i + j + 1] = fx_hi(t[i + j + 1], a.v[i], b.v[j]);
  }
  for (int k = 1; k < 10; k++) t[k] = fx_twice(t[k]);
  for (int i = 0; i < 5; i++) {
    for (int j = 0; j < 5; j++) t[i + j] = fx_lo(t[i + j], a.v[i], b.v[j]);
  }
  return fx_fold(t);
}

FX_INLINE fx fx_product(fx a, fx b) { return fx_multiply(a, b, 0); }
FX_INLINE fx fx_product_raised(fx a, fx b) { return fx_multiply(a, b, 1); }
FX_INLINE fx fx_mul(fx a, fx b) { return fx_carry(fx_product(a, b)); }

// a², operand to tight.
FX_INLINE fx fx_sq(fx a) {
  fx_check(&a, 52);
  const __m512i a0 = a.v[0], a1 = a.v[1], a2 = a.v[2], a3 = a.v[3], a4 = a.v[4];
  const __m512i zero = _mm512_setzero_si512();
  __m512i t[10];
  t[2] = fx_twice(fx_hi(zero, a0, a1));
  t[3] = fx_twice(fx_hi(zero, a0, a2));
  t[4] = fx_twice(fx_hi(fx_hi(zero, a0, a3), a1, a2));
  t[5] = fx_twice(fx_hi(fx_hi(zero, a0, a4), a1, a3));
  t[6] = fx_twice(fx_hi(fx_hi(zero, a1, a4), a2, a3));
  t[7] = fx_twice(fx_hi(zero, a2, a4));
  t[8] = _mm512_slli_epi64(fx_hi(zero, a3, a4), 2);
  t[9] = fx_twice(fx_hi(zero, a4, a4));
  t[0] = fx_lo(zero, a0, a0);
  t[1] = fx_twice(fx_lo(fx_hi(zero, a0, a0), a0, a1));
  t[2] = fx_lo(fx_twice(fx_lo(t[2], a0, a2)), a1, a1);
  t[3] = fx_twice(fx_lo(fx_lo(fx_hi(t[3], a1, a1), a0, a3), a1, a2));
  t[4] = fx_lo(fx_twice(fx_lo(fx_lo(t[4], a0, a4), a1, a3)), a2, a2);
  t[5] = fx_twice(fx_lo(fx_lo(fx_hi(t[5], a2, a2), a1, a4), a2, a3));
  t[6] = fx_lo(fx_twice(fx_lo(t[6], a2, a4)), a3, a3);
  t[7] = fx_twice(fx_lo(fx_hi(t[7], a3, a3), a3, a4));
  t[8] = fx_lo(t[8], a4, a4);
  return fx_carry(fx_fold(t));
}

// The value below p, every limb below 2^51; from tight.
FX_INLINE fx fx_canonical(fx a) {
  a = fx_carry(a);  // now below 2^255 + 2^18: less than 2p
  __m512i q = fx_word(19);
  for (int i = 0; i < 5; i++) q = _mm512_srli_epi64(_mm512_add_epi64(a.v[i], q), 51);
  a.v[0] = _mm512_madd52lo_epu64(a.v[0], q, fx_word(19));  // subtracts p when a >= p
  for (int i = 0; i < 4; i++) {
    a.v[i + 1] = _mm512_add_epi64(a.v[i + 1], _mm512_srli_epi64(a.v[i], 51));
    a.v[i] = _mm512_and_si512(a.v[i], FX_MASK);
  }
  a.v[4] = _mm512_and_si512(a.v[4], FX_MASK);
  return a;
}

// The lanes that are zero modulo p; from columns.
FX_INLINE __mmask8 fx_zeros(fx a) {
  a = fx_canonical(fx_carry(a));
  __m512i bits = a.v[0];
  for (int i = 1; i < 5; i++) bits = _mm512_or_si512(bits, a.v[i]);
  return _mm512_testn_epi64_mask(bits, bits);
}

FX_INLINE fx fx_select(__mmask8 second, fx a, fx b) {
  fx out;
  for (int i = 0; i < 5; i++) out.v[i] = _mm512_mask_blend_epi64(second, a.v[i], b.v[i]);
  return out;
}

// Four words of eight places each: words[i] lane l = in[l][i]. Word by word the lanes
// come in order.
FX_INLINE void fx_gather4(__m512i words[4], const uint64_t *const in[8]) {
  __m512i r[4];
  static const int low[4] = {0, 1, 4, 5};
  for (int i = 0; i < 4; i++) {
    const __m256i first = _mm256_loadu_si256((const __m256i *)in[low[i]]);
    const __m256i second = _mm256_loadu_si256((const __m256i *)in[low[i] + 2]);
    r[i] = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
  }
  const __m512i even0 = _mm512_unpacklo_epi64(r[0], r[1]);
  const __m512i odd0 = _mm512_unpackhi_epi64(r[0], r[1]);
  const __m512i even1 = _mm512_unpacklo_epi64(r[2], r[3]);
  const __m512i odd1 = _mm512_unpackhi_epi64(r[2], r[3]);
  words[0] = _mm512_shuffle_i64x2(even0, even1, 0x88);
  words[1] = _mm512_shuffle_i64x2(odd0, odd1, 0x88);
  words[2] = _mm512_shuffle_i64x2(even0, even1, 0xDD);
  words[3] = _mm512_shuffle_i64x2(odd0, odd1, 0xDD);
}

// The reverse: out[l][i] = words[i] lane l.
FX_INLINE void fx_scatter4(uint64_t *const out[8], const __m512i words[4]) {
  const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
  const __m512i second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
  for (int odd = 0; odd < 2; odd++) {
    const __m512i a = odd ? _mm512_unpackhi_epi64(words[0], words[1])
                          : _mm512_unpacklo_epi64(words[0], words[1]);
    const __m512i b = odd ? _mm512_unpackhi_epi64(words[2], words[3])
                          : _mm512_unpacklo_epi64(words[2], words[3]);
    const __m512i low = _mm512_permutex2var_epi64(a, first, b);
    const __m512i high = _mm512_permutex2var_epi64(a, second, b);
    _mm256_storeu_si256((__m256i *)out[odd], _mm512_castsi512_si256(low));
    _mm256_storeu_si256((__m256i *)out[2 + odd], _mm512_extracti64x4_epi64(low, 1));
    _mm256_storeu_si256((__m256i *)out[4 + odd], _mm512_castsi512_si256(high));
    _mm256_storeu_si256((__m256i *)out[6 + odd], _mm512_extracti64x4_epi64(high, 1));
  }
}

#pragma clang attribute pop

#endif
