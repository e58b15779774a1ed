#ifndef CL_AVX2_FIELD_H
#define CL_AVX2_FIELD_H

#include <immintrin.h>
#include <stdint.h>

#include "fe51.h"

#ifdef CL_ED25519_CHECK_BOUNDS
#include <assert.h>
#endif

// Four integers modulo p = 2^255 − 19, one in each 64-bit lane of AVX2 registers,
// each in five signed limbs of 51 bits held as doubles: Σ v[i]·2^(51·i).
//
// AVX2 multiplies integers of 32 bits only, but its fused multiply-add is exact
// to 53. A product a·b of two limbs, |a·b| <= 2^102, is split at 2^51:
//   high = a·b + SPLIT           rounds to a multiple of 2^51, for that is the
//                                unit in the last place of 2^103 ..< 2^104;
//   low  = a·b + (UNIT + SPLIT − high)  is UNIT + the signed rest, exactly: the
//                                rest is at most 2^50, UNIT's last place is 1.
// The 64-bit patterns of `high` and `low`, as integers, are those of SPLIT and UNIT
// plus the quotient and the rest. Columns so are integer sums of bit patterns, and
// what the patterns of SPLIT and UNIT added is a constant, subtracted at the end.
// (Emmart, Zheng, Weems, "Faster Modular Exponentiation Using Double Precision
// Floating Point Arithmetic on the GPU", 2018, is where the splitting comes from.)
// All of it needs the rounding mode "to nearest": see avx2_enter.
//
// Bounds, which every function states and the callers keep:
//   tight   every |limb| <= 2^50 + 2^10 =: t: what fe4_carry gives;
//   2 tight, 3 tight: sums of so many. A product needs |a_i·b_j| <= 2^102 for all
//   its limbs: tight by tight, 2 tight by tight, 3 tight by tight; not 2 by 2.
// Columns: column k of a product has 1 + k rests (<= 2^50) and k quotients (<= 2^51);
// column k + 5, which the fold adds 19 times, 4 − k and 5 − k of them. Together
// |column k| <= 2^50·(1 + 3k + 19·(14 − 3k)) = 2^50·(267, 213, 159, 105, 51), below
// 2^58.1.

typedef struct {
  __m256d v[5];
} fe4;

// Columns of products before their carries: bit patterns, see above.
typedef struct {
  __m256i v[5];
} fe4_columns;

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX2_INLINE static inline __attribute__((always_inline, target("avx2,fma")))

#define FE4_SPLIT 0x1.8p103
#define FE4_SPLIT_BITS UINT64_C(0x4668000000000000)
#define FE4_UNIT 0x1.8p52
#define FE4_UNIT_BITS UINT64_C(0x4338000000000000)
#define FE4_MASK ((UINT64_C(1) << 51) - 1)

AVX2_INLINE __m256i fe4_word(uint64_t word) { return _mm256_set1_epi64x((long long)word); }

AVX2_INLINE fe4 fe4_constant(double v0, double v1, double v2, double v3, double v4) {
  return (fe4){{_mm256_set1_pd(v0), _mm256_set1_pd(v1), _mm256_set1_pd(v2), _mm256_set1_pd(v3),
                _mm256_set1_pd(v4)}};
}

// An element of fe51.h below 2^51 in every limb, in all lanes: 2 tight.
AVX2_INLINE fe4 fe4_broadcast(const fe *a) {
  fe4 out;
  for (int i = 0; i < 5; i++) out.v[i] = _mm256_set1_pd((double)a->v[i]);
  return out;
}

#define FE4_ZERO fe4_constant(0, 0, 0, 0, 0)
#define FE4_ONE fe4_constant(1, 0, 0, 0, 0)

#ifdef CL_ED25519_CHECK_BOUNDS
// Every |limb| <= times·tight.
AVX2_INLINE void fe4_check(const fe4 *a, int times) {
  for (int i = 0; i < 5; i++) {
    double lanes[4];
    _mm256_storeu_pd(lanes, a->v[i]);
    for (int lane = 0; lane < 4; lane++) {
      assert(__builtin_fabs(lanes[lane]) <= times * (0x1p50 + 0x1p10));
    }
  }
}
// Every product of their limbs can be split.
AVX2_INLINE void fe4_check_product(const fe4 *a, const fe4 *b) {
  double most[4][2] = {{0}};
  for (int i = 0; i < 5; i++) {
    double of_a[4], of_b[4];
    _mm256_storeu_pd(of_a, a->v[i]);
    _mm256_storeu_pd(of_b, b->v[i]);
    for (int lane = 0; lane < 4; lane++) {
      if (__builtin_fabs(of_a[lane]) > most[lane][0]) most[lane][0] = __builtin_fabs(of_a[lane]);
      if (__builtin_fabs(of_b[lane]) > most[lane][1]) most[lane][1] = __builtin_fabs(of_b[lane]);
    }
  }
  for (int lane = 0; lane < 4; lane++) assert(most[lane][0] * most[lane][1] <= 0x1p102);
}
#else
#define fe4_check(a, times) ((void)0)
#define fe4_check_product(a, b) ((void)0)
#endif

// out = a + b, a − b: bounds add up.
AVX2_INLINE void fe4_add(fe4 *out, const fe4 *a, const fe4 *b) {
  for (int i = 0; i < 5; i++) out->v[i] = _mm256_add_pd(a->v[i], b->v[i]);
}

AVX2_INLINE void fe4_sub(fe4 *out, const fe4 *a, const fe4 *b) {
  for (int i = 0; i < 5; i++) out->v[i] = _mm256_sub_pd(a->v[i], b->v[i]);
}

// Adds a·b to column k of the low halves, k + 1 of the high halves.
AVX2_INLINE void fe4_accumulate(__m256i columns[10], int k, __m256d a, __m256d b) {
  __m256d high = _mm256_fmadd_pd(a, b, _mm256_set1_pd(FE4_SPLIT));
  __m256d rest = _mm256_sub_pd(_mm256_set1_pd(FE4_SPLIT + FE4_UNIT), high);
  __m256d low = _mm256_fmadd_pd(a, b, rest);
  columns[k] = _mm256_add_epi64(columns[k], _mm256_castpd_si256(low));
  columns[k + 1] = _mm256_add_epi64(columns[k + 1], _mm256_castpd_si256(high));
}

// What the patterns of SPLIT and UNIT add to column k: `terms[j]` products have
// i1 + i2 = j. Modulo 2^64, like the columns.
AVX2_INLINE uint64_t fe4_bias(const int terms[9], int k) {
  uint64_t bias = 0;
  for (int j = k; j < 9; j += 5) bias += (j < 5 ? 1u : 19u) * (uint64_t)terms[j] * FE4_UNIT_BITS;
  for (int j = k; j < 10; j += 5) {
    if (j > 0) bias += (j < 5 ? 1u : 19u) * (uint64_t)terms[j - 1] * FE4_SPLIT_BITS;
  }
  return bias;
}

// Columns 5 … 9 weigh 2^255 = 19 (mod p) times columns 0 … 4. The result is free of
// biases, modulo 2^64.
AVX2_INLINE void fe4_fold(fe4_columns *out, const __m256i columns[10], const int terms[9]) {
  for (int k = 0; k < 5; k++) {
    __m256i high = columns[k + 5];
    __m256i times_3 = _mm256_add_epi64(_mm256_slli_epi64(high, 1), high);
    __m256i sum = _mm256_add_epi64(columns[k], _mm256_slli_epi64(high, 4));
    sum = _mm256_add_epi64(sum, times_3);
    out->v[k] = _mm256_sub_epi64(sum, fe4_word(fe4_bias(terms, k)));
  }
}

// Columns of a·b.
AVX2_INLINE void fe4_mul_columns(fe4_columns *out, const fe4 *a, const fe4 *b) {
  static const int terms[9] = {1, 2, 3, 4, 5, 4, 3, 2, 1};
  fe4_check_product(a, b);
  __m256i columns[10];
  for (int k = 0; k < 10; k++) columns[k] = _mm256_setzero_si256();
  for (int k = 0; k < 9; k++) {
    for (int i = 0; i < 5; i++) {
      if (k - i >= 0 && k - i < 5) fe4_accumulate(columns, k, a->v[i], b->v[k - i]);
    }
  }
  fe4_fold(out, columns, terms);
}

// Carries all columns at once; they may be sums of two products. With 2^60 added they
// are positive and below 2^61, so that a logical shift gives the quotient plus 2^9;
// with 2^50 added besides, the rest is −2^50 ..< 2^50. A quotient is at most
// 2·267/2 + 1 = 268, that of column 4 at most 52, times 19 is 988: tight.
AVX2_INLINE void fe4_carry(fe4 *out, const fe4_columns *columns) {
  const __m256i offset = fe4_word((UINT64_C(1) << 60) + (UINT64_C(1) << 50));
  const __m256i exponent = fe4_word(UINT64_C(0x4330000000000000));  // of 2^52
  const double zero = 0x1p52 + 0x1p50, quotient_zero = 0x1p9;
  __m256i rest[5], quotient[5];
  for (int k = 0; k < 5; k++) {
    __m256i shifted = _mm256_add_epi64(columns->v[k], offset);
    quotient[k] = _mm256_srli_epi64(shifted, 51);
    rest[k] = _mm256_or_si256(_mm256_and_si256(shifted, fe4_word(FE4_MASK)), exponent);
  }
  __m256i wrapped = _mm256_mul_epu32(quotient[4], fe4_word(19));
  out->v[0] = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_add_epi64(rest[0], wrapped)),
                            _mm256_set1_pd(zero + 19 * quotient_zero));
  for (int k = 1; k < 5; k++) {
    out->v[k] = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_add_epi64(rest[k], quotient[k - 1])),
                              _mm256_set1_pd(zero + quotient_zero));
  }
  fe4_check(out, 1);
}

// out = a·b: tight; limbs whose products are at most 2^102.
AVX2_INLINE void fe4_mul(fe4 *out, const fe4 *a, const fe4 *b) {
  fe4_columns columns;
  fe4_mul_columns(&columns, a, b);
  fe4_carry(out, &columns);
}

// out = a²: tight -> tight. The doubled limb is 2 tight.
AVX2_INLINE void fe4_sq(fe4 *out, const fe4 *a) {
  static const int terms[9] = {1, 1, 2, 2, 3, 2, 2, 1, 1};
  fe4_check(a, 1);
  __m256i columns[10];
  __m256d twice[5];
  for (int k = 0; k < 10; k++) columns[k] = _mm256_setzero_si256();
  for (int i = 0; i < 5; i++) twice[i] = _mm256_add_pd(a->v[i], a->v[i]);
  for (int k = 0; k < 9; k++) {
    for (int i = 0; 2 * i <= k; i++) {
      if (k - i < 5) fe4_accumulate(columns, k, 2 * i == k ? a->v[i] : twice[i], a->v[k - i]);
    }
  }
  fe4_columns sums;
  fe4_fold(&sums, columns, terms);
  fe4_carry(out, &sums);
}

// Limbs of a tight element as columns: |limb| <= 2^51 keeps UNIT + limb between 2^52 and
// 2^53.
AVX2_INLINE void fe4_to_columns(fe4_columns *out, const fe4 *a) {
  fe4_check(a, 1);
  for (int k = 0; k < 5; k++) {
    __m256d pattern = _mm256_add_pd(a->v[k], _mm256_set1_pd(FE4_UNIT));
    out->v[k] = _mm256_sub_epi64(_mm256_castpd_si256(pattern), fe4_word(FE4_UNIT_BITS));
  }
}

AVX2_INLINE void fe4_columns_add(fe4_columns *out, const fe4_columns *a, const fe4_columns *b) {
  for (int k = 0; k < 5; k++) out->v[k] = _mm256_add_epi64(a->v[k], b->v[k]);
}

AVX2_INLINE void fe4_columns_sub(fe4_columns *out, const fe4_columns *a, const fe4_columns *b) {
  for (int k = 0; k < 5; k++) out->v[k] = _mm256_sub_epi64(a->v[k], b->v[k]);
}

// out = a: 3 tight -> tight. Quotients by 2^51 are at most 2.
AVX2_INLINE void fe4_tighten(fe4 *out, const fe4 *a) {
  fe4_check(a, 3);
  const __m256d split = _mm256_set1_pd(FE4_SPLIT);
  __m256d rest[5], quotient[5];  // of 2^51, as multiples of it
  for (int k = 0; k < 5; k++) {
    quotient[k] = _mm256_sub_pd(_mm256_add_pd(a->v[k], split), split);
    rest[k] = _mm256_sub_pd(a->v[k], quotient[k]);
  }
  out->v[0] = _mm256_fmadd_pd(quotient[4], _mm256_set1_pd(19 * 0x1p-51), rest[0]);
  for (int k = 1; k < 5; k++) {
    out->v[k] = _mm256_fmadd_pd(quotient[k - 1], _mm256_set1_pd(0x1p-51), rest[k]);
  }
}

#endif
