#ifndef CL_AVX2_POINT_H
#define CL_AVX2_POINT_H

#include "avx2_field.h"
#include "point.h"

// Points in four lanes; formulas and completeness as in point.h. Coordinates are
// tight unless said otherwise.

// x = X/Z, y = Y/Z, x·y = T/Z.
typedef union {
  struct {
    fe4 X, Y, Z, T;
  };
  __m256d limbs[20];
} point4;

// One point at rest: the limbs of X, Y, Z, T.
typedef struct {
  _Alignas(32) double limbs[20];
} avx2_point;

// What an addition needs of an affine point: (y + x)/2, (y − x)/2, d·x·y; tight. (The
// halves keep the sum's Z at 1 tight where point.h has 2·Z.)
typedef union {
  struct {
    double sum[5], difference[5], product[5];
  };
  _Alignas(64) double limbs[16];
} avx2_entry;

// Takes four rows of four words apart into four lanes of each column. Any alignment.
AVX2_INLINE void avx2_load_rows(__m256d out[4], const void *row0, const void *row1,
                                const void *row2, const void *row3) {
#define HALF(row, at) \
  _mm_castsi128_pd(_mm_loadu_si128((const __m128i_u *)((const char *)(row) + (at))))
#define ROWS(low, high, at) \
  _mm256_insertf128_pd(_mm256_castpd128_pd256(HALF(low, at)), HALF(high, at), 1)
  __m256d a = ROWS(row0, row2, 0), b = ROWS(row1, row3, 0);
  __m256d c = ROWS(row0, row2, 16), d = ROWS(row1, row3, 16);
#undef ROWS
#undef HALF
  out[0] = _mm256_unpacklo_pd(a, b);
  out[1] = _mm256_unpackhi_pd(a, b);
  out[2] = _mm256_unpacklo_pd(c, d);
  out[3] = _mm256_unpackhi_pd(c, d);
}

// The other way round.
AVX2_INLINE void avx2_store_rows(double *row0, double *row1, double *row2, double *row3,
                                 const __m256d in[4]) {
  for (int at = 0; at < 4; at += 2) {
    __m256d even = _mm256_unpacklo_pd(in[at], in[at + 1]);
    __m256d odd = _mm256_unpackhi_pd(in[at], in[at + 1]);
    _mm_storeu_pd(row0 + at, _mm256_castpd256_pd128(even));
    _mm_storeu_pd(row1 + at, _mm256_castpd256_pd128(odd));
    _mm_storeu_pd(row2 + at, _mm256_extractf128_pd(even, 1));
    _mm_storeu_pd(row3 + at, _mm256_extractf128_pd(odd, 1));
  }
}

AVX2_INLINE void point4_load(point4 *out, avx2_point *const at[4]) {
  for (int i = 0; i < 20; i += 4) {
    avx2_load_rows(out->limbs + i, at[0]->limbs + i, at[1]->limbs + i, at[2]->limbs + i,
                   at[3]->limbs + i);
  }
}

AVX2_INLINE void point4_store(avx2_point *const at[4], const point4 *p) {
  for (int i = 0; i < 20; i += 4) {
    avx2_store_rows(at[0]->limbs + i, at[1]->limbs + i, at[2]->limbs + i, at[3]->limbs + i,
                    p->limbs + i);
  }
}

// The last multiplications of an addition, in place of p. E, H tight; G tight, F up to 3
// tight: every product has a tight factor.
AVX2_INLINE void point4_complete(point4 *p, const fe4 *E, const fe4 *F, const fe4 *G,
                                 const fe4 *H) {
  fe4_mul(&p->X, E, F);
  fe4_mul(&p->Y, G, H);
  fe4_mul(&p->Z, F, G);
  fe4_mul(&p->T, E, H);
}

// p += q, or p −= q in lanes where `negative` has its sign bit set, for affine q as in
// avx2_entry. With all of E, F, G, H half of point.h's, for Z need not be doubled. E and H
// are carried from differences and sums of columns: as dear as carrying the products.
AVX2_INLINE void point4_add_affine(point4 *p, const fe4 *plus, const fe4 *minus,
                                   const fe4 *product, __m256d negative) {
  const __m256d sign = _mm256_and_pd(negative, _mm256_set1_pd(-0.0));
  fe4 sum, difference, signed_product, left, right;
  for (int i = 0; i < 5; i++) {
    sum.v[i] = _mm256_blendv_pd(plus->v[i], minus->v[i], negative);
    difference.v[i] = _mm256_blendv_pd(minus->v[i], plus->v[i], negative);
    signed_product.v[i] = _mm256_xor_pd(product->v[i], sign);
  }
  fe4_columns a, b, c, t;
  fe4 E, F, G, H;
  fe4_sub(&left, &p->Y, &p->X);   // 2 tight, by tight
  fe4_add(&right, &p->Y, &p->X);  // 2 tight, by tight
  fe4_mul_columns(&a, &left, &difference);
  fe4_mul_columns(&b, &right, &sum);
  fe4_columns_sub(&t, &b, &a);
  fe4_carry(&E, &t);
  fe4_columns_add(&t, &b, &a);
  fe4_carry(&H, &t);
  fe4_mul_columns(&c, &p->T, &signed_product);
  fe4_to_columns(&t, &p->Z);
  fe4_columns_add(&c, &c, &t);
  fe4_carry(&G, &c);  // Z + C
  fe4_add(&F, &p->Z, &p->Z);
  fe4_sub(&F, &F, &G);  // Z − C = 2·Z − G: 3 tight
  point4_complete(p, &E, &F, &G, &H);
}

// The same with one point in all lanes.
AVX2_INLINE void point4_add_entry(point4 *p, const avx2_entry *entry, __m256d negative) {
  fe4 sum, difference, product;
  for (int i = 0; i < 5; i++) {
    sum.v[i] = _mm256_broadcast_sd(&entry->sum[i]);
    difference.v[i] = _mm256_broadcast_sd(&entry->difference[i]);
    product.v[i] = _mm256_broadcast_sd(&entry->product[i]);
  }
  point4_add_affine(p, &sum, &difference, &product, negative);
}

// p += q.
AVX2_INLINE void point4_add(point4 *p, const point4 *q) {
  const fe4 d2 = fe4_broadcast(&FE_2D);
  fe4_columns a, b, c, d, t;
  fe4 left, right, of_q, E, F, G, H;
  fe4_sub(&left, &p->Y, &p->X);
  fe4_sub(&of_q, &q->Y, &q->X);
  fe4_tighten(&of_q, &of_q);
  fe4_mul_columns(&a, &left, &of_q);
  fe4_add(&right, &p->Y, &p->X);
  fe4_add(&of_q, &q->Y, &q->X);
  fe4_tighten(&of_q, &of_q);
  fe4_mul_columns(&b, &right, &of_q);
  fe4_columns_sub(&t, &b, &a);
  fe4_carry(&E, &t);
  fe4_columns_add(&t, &b, &a);
  fe4_carry(&H, &t);
  fe4_mul(&of_q, &q->T, &d2);  // tight by 2 tight
  fe4_mul_columns(&c, &p->T, &of_q);
  fe4_add(&of_q, &q->Z, &q->Z);
  fe4_mul_columns(&d, &p->Z, &of_q);
  fe4_columns_sub(&t, &d, &c);
  fe4_carry(&F, &t);
  fe4_columns_add(&t, &d, &c);
  fe4_carry(&G, &t);
  point4_complete(p, &E, &F, &G, &H);
}

AVX2_INLINE void point4_set_identity(point4 *p) {
  p->X = p->T = FE4_ZERO;
  p->Y = p->Z = FE4_ONE;
}

// One lane's limbs as an element of fe51.h: tight.
static inline void avx2_to_fe(fe *out, const double limbs[5]) {
  // 2p keeps the limbs positive: 2^52 − 38 > 2^50 + 2^10.
  out->v[0] = (uint64_t)((INT64_C(1) << 52) - 38 + (int64_t)limbs[0]);
  for (int i = 1; i < 5; i++) {
    out->v[i] = (uint64_t)((INT64_C(1) << 52) - 2 + (int64_t)limbs[i]);
  }
  fe_carry(out, out);
}

static inline void avx2_to_point(point *out, const avx2_point *p) {
  avx2_to_fe(&out->X, p->limbs);
  avx2_to_fe(&out->Y, p->limbs + 5);
  avx2_to_fe(&out->Z, p->limbs + 10);
  avx2_to_fe(&out->T, p->limbs + 15);
}

// The sum and difference twice the halves, the product twice d·x·y: loose.
static inline void avx2_to_affine_cached(affine_cached *out, const avx2_entry *entry) {
  avx2_to_fe(&out->sum, entry->sum);
  avx2_to_fe(&out->difference, entry->difference);
  avx2_to_fe(&out->product, entry->product);
  fe_add(&out->sum, &out->sum, &out->sum);
  fe_add(&out->difference, &out->difference, &out->difference);
  fe_add(&out->product, &out->product, &out->product);
}

#endif
