#ifndef CL_FE51_H
#define CL_FE51_H

#include <stdint.h>
#include <string.h>

// Integers modulo p = 2^255 − 19 in five limbs of 51 bits: Σ v[i]·2^(51·i).
//
// Bounds, which every function states and the callers keep:
//   tight  every limb < 2^51 + 2^13: what fe_mul, fe_sq and fe_carry give;
//   loose  every limb < 2^54: what fe_mul, fe_sq and fe_carry take.
// Why 2^54 is safe: a column of fe_mul is at most 2^108·(1 + 4·19) < 2^114.3, so
// its carry fits 64 bits; the top column has no factor 19, so 19 times its carry
// is below 2^63.6 and the last carry into limb 1 below 2^12.7.

typedef struct {
  uint64_t v[5];
} fe;

typedef unsigned __int128 fe_wide;

#define FE_INLINE static inline __attribute__((always_inline))
#define FE_MASK ((UINT64_C(1) << 51) - 1)

static const fe FE_ZERO = {{0, 0, 0, 0, 0}};
static const fe FE_ONE = {{1, 0, 0, 0, 0}};

// out = a + b, no carry: tight + tight < 2^52.1.
FE_INLINE void fe_add(fe *out, const fe *a, const fe *b) {
  for (int i = 0; i < 5; i++) out->v[i] = a->v[i] + b->v[i];
}

// out = a − b + 2p, for limbs of b at most 2^52 − 38: tight − tight < 2^52.6.
FE_INLINE void fe_sub(fe *out, const fe *a, const fe *b) {
  out->v[0] = a->v[0] + ((UINT64_C(1) << 52) - 38) - b->v[0];
  for (int i = 1; i < 5; i++) out->v[i] = a->v[i] + ((UINT64_C(1) << 52) - 2) - b->v[i];
}

// out = a − b + 4p, for limbs of b at most 2^53 − 76; below limbs of a + 2^53.
FE_INLINE void fe_sub_wide(fe *out, const fe *a, const fe *b) {
  out->v[0] = a->v[0] + ((UINT64_C(1) << 53) - 76) - b->v[0];
  for (int i = 1; i < 5; i++) out->v[i] = a->v[i] + ((UINT64_C(1) << 53) - 4) - b->v[i];
}

FE_INLINE void fe_reduce(fe *out, fe_wide r0, fe_wide r1, fe_wide r2, fe_wide r3, fe_wide r4) {
  r1 += (uint64_t)(r0 >> 51);
  r2 += (uint64_t)(r1 >> 51);
  r3 += (uint64_t)(r2 >> 51);
  r4 += (uint64_t)(r3 >> 51);
  uint64_t low = ((uint64_t)r0 & FE_MASK) + 19 * (uint64_t)(r4 >> 51);
  out->v[0] = low & FE_MASK;
  out->v[1] = ((uint64_t)r1 & FE_MASK) + (low >> 51);
  out->v[2] = (uint64_t)r2 & FE_MASK;
  out->v[3] = (uint64_t)r3 & FE_MASK;
  out->v[4] = (uint64_t)r4 & FE_MASK;
}

// out = a·b: loose, loose -> tight.
FE_INLINE void fe_mul(fe *out, const fe *a, const fe *b) {
  const uint64_t a0 = a->v[0], a1 = a->v[1], a2 = a->v[2], a3 = a->v[3], a4 = a->v[4];
  const uint64_t b0 = b->v[0], b1 = b->v[1], b2 = b->v[2], b3 = b->v[3], b4 = b->v[4];
  const uint64_t c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4;
#define W(x, y) ((fe_wide)(x) * (y))
  fe_reduce(out, W(a0, b0) + W(a1, c4) + W(a2, c3) + W(a3, c2) + W(a4, c1),
            W(a0, b1) + W(a1, b0) + W(a2, c4) + W(a3, c3) + W(a4, c2),
            W(a0, b2) + W(a1, b1) + W(a2, b0) + W(a3, c4) + W(a4, c3),
            W(a0, b3) + W(a1, b2) + W(a2, b1) + W(a3, b0) + W(a4, c4),
            W(a0, b4) + W(a1, b3) + W(a2, b2) + W(a3, b1) + W(a4, b0));
}

// out = a²: loose -> tight.
FE_INLINE void fe_sq(fe *out, const fe *a) {
  const uint64_t a0 = a->v[0], a1 = a->v[1], a2 = a->v[2], a3 = a->v[3], a4 = a->v[4];
  const uint64_t d0 = 2 * a0, d1 = 2 * a1, d2 = 2 * a2, c3 = 19 * a3, c4 = 19 * a4;
  fe_reduce(out, W(a0, a0) + W(d1, c4) + W(d2, c3), W(d0, a1) + W(d2, c4) + W(a3, c3),
            W(d0, a2) + W(a1, a1) + W(2 * a3, c4), W(d0, a3) + W(d1, a2) + W(a4, c4),
            W(d0, a4) + W(d1, a3) + W(a2, a2));
#undef W
}

// out = a: loose -> tight.
FE_INLINE void fe_carry(fe *out, const fe *a) {
  fe_reduce(out, a->v[0], a->v[1], a->v[2], a->v[3], a->v[4]);
}

// The 255 low bits of 32 little-endian bytes, not reduced: 0 ..< 2^255; tight.
static inline void fe_from_bytes(fe *out, const uint8_t bytes[32]) {
  uint64_t w[4];
  memcpy(w, bytes, 32);
  out->v[0] = w[0] & FE_MASK;
  out->v[1] = (w[0] >> 51 | w[1] << 13) & FE_MASK;
  out->v[2] = (w[1] >> 38 | w[2] << 26) & FE_MASK;
  out->v[3] = (w[2] >> 25 | w[3] << 39) & FE_MASK;
  out->v[4] = w[3] >> 12 & FE_MASK;
}

// The one little-endian encoding below p of a loose element.
static inline void fe_to_bytes(uint8_t bytes[32], const fe *a) {
  fe t;
  fe_carry(&t, a);
  fe_carry(&t, &t);  // now below 2^255 + 19·2: less than 2p
  uint64_t q = (t.v[0] + 19) >> 51;
  for (int i = 1; i < 5; i++) q = (t.v[i] + q) >> 51;
  t.v[0] += 19 * q;  // subtract p when t >= p
  for (int i = 0; i < 4; i++) {
    t.v[i + 1] += t.v[i] >> 51;
    t.v[i] &= FE_MASK;
  }
  t.v[4] &= FE_MASK;
  uint64_t w[4] = {t.v[0] | t.v[1] << 51, t.v[1] >> 13 | t.v[2] << 38, t.v[2] >> 26 | t.v[3] << 25,
                   t.v[3] >> 39 | t.v[4] << 12};
  memcpy(bytes, w, 32);
}

static inline int fe_is_zero(const fe *a) {
  uint8_t bytes[32];
  static const uint8_t zero[32];
  fe_to_bytes(bytes, a);
  return memcmp(bytes, zero, 32) == 0;
}

static inline int fe_is_odd(const fe *a) {
  uint8_t bytes[32];
  fe_to_bytes(bytes, a);
  return bytes[0] & 1;
}

// out[i] = a[i]^((p − 5)/8), i < lanes. Lanes run interleaved: one chain of
// squarings leaves the multiplier idle most of the time.
FE_INLINE void fe_pow_p58(fe *out, const fe *a, const int lanes) {
  fe x2[2], x9[2], x11[2], x5[2], x10[2], x20[2], x50[2], x100[2], t[2];
#define EACH for (int i = 0; i < lanes; i++)
#define SQUARE(count) \
  for (int k = 0; k < (count); k++) EACH fe_sq(&t[i], &t[i])
  EACH fe_sq(&x2[i], &a[i]);
  EACH fe_sq(&t[i], &x2[i]);
  EACH fe_sq(&t[i], &t[i]);
  EACH fe_mul(&x9[i], &t[i], &a[i]);
  EACH fe_mul(&x11[i], &x9[i], &x2[i]);
  EACH fe_sq(&t[i], &x11[i]);
  EACH fe_mul(&x5[i], &t[i], &x9[i]);  // a^(2^5 − 1); x10, … likewise
  EACH t[i] = x5[i];
  SQUARE(5);
  EACH fe_mul(&x10[i], &t[i], &x5[i]);
  EACH t[i] = x10[i];
  SQUARE(10);
  EACH fe_mul(&x20[i], &t[i], &x10[i]);
  EACH t[i] = x20[i];
  SQUARE(20);
  EACH fe_mul(&t[i], &t[i], &x20[i]);
  SQUARE(10);
  EACH fe_mul(&x50[i], &t[i], &x10[i]);
  EACH t[i] = x50[i];
  SQUARE(50);
  EACH fe_mul(&x100[i], &t[i], &x50[i]);
  EACH t[i] = x100[i];
  SQUARE(100);
  EACH fe_mul(&t[i], &t[i], &x100[i]);
  SQUARE(50);
  EACH fe_mul(&t[i], &t[i], &x50[i]);
  SQUARE(2);
  EACH fe_mul(&out[i], &t[i], &a[i]);
#undef SQUARE
#undef EACH
}

// out = 1/a (0 for 0): a^(p − 2) = (a^((p − 5)/8))^8 · a^3.
static inline void fe_invert(fe *out, const fe *a) {
  fe t, a3;
  fe_sq(&a3, a);
  fe_mul(&a3, &a3, a);
  fe_pow_p58(&t, a, 1);
  for (int k = 0; k < 3; k++) fe_sq(&t, &t);
  fe_mul(out, &t, &a3);
}

#endif
