#if defined(__x86_64__)

#include "ifma.h"
#include "ifma_fe.h"

// Points are decoded sixteen at a time: two registers of eight lanes whose chains of
// squarings run interleaved, since one chain leaves the multipliers waiting.

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512ifma"))), \
    apply_to = function)

#define SETS 2
#define EACH for (int i = 0; i < SETS; i++)

static inline void square(fx t[SETS], int times) {
  fx a = t[0], b = t[1];
  for (int k = 0; k < times; k++) {
    a = fx_sq(a);
    b = fx_sq(b);
  }
  t[0] = a;
  t[1] = b;
}

// out = a^((p − 5)/8); the chain of fe51.h.
static void power_p58(fx out[SETS], const fx a[SETS]) {
  fx x2[SETS], x9[SETS], x11[SETS], x5[SETS], x10[SETS], x20[SETS], x50[SETS], x100[SETS],
      t[SETS];
  EACH x2[i] = fx_sq(a[i]);
  EACH t[i] = fx_sq(fx_sq(x2[i]));
  EACH x9[i] = fx_mul(t[i], a[i]);
  EACH x11[i] = fx_mul(x9[i], x2[i]);
  EACH t[i] = fx_sq(x11[i]);
  EACH x5[i] = t[i] = fx_mul(t[i], x9[i]);
  square(t, 5);
  EACH x10[i] = t[i] = fx_mul(t[i], x5[i]);
  square(t, 10);
  EACH x20[i] = t[i] = fx_mul(t[i], x10[i]);
  square(t, 20);
  EACH t[i] = fx_mul(t[i], x20[i]);
  square(t, 10);
  EACH x50[i] = t[i] = fx_mul(t[i], x10[i]);
  square(t, 50);
  EACH x100[i] = t[i] = fx_mul(t[i], x50[i]);
  square(t, 100);
  EACH t[i] = fx_mul(t[i], x100[i]);
  square(t, 50);
  EACH t[i] = fx_mul(t[i], x50[i]);
  square(t, 2);
  EACH out[i] = fx_mul(t[i], a[i]);
}

// y of eight encodings, below 2^255; the lanes whose sign bit is set.
static inline __mmask8 load(fx *y, const uint8_t *const encodings[8]) {
  __m512i w[4];
  fx_gather4(w, (const uint64_t *const *)encodings);
  y->v[0] = _mm512_and_si512(w[0], FX_MASK);
  y->v[1] = _mm512_and_si512(
      _mm512_or_si512(_mm512_srli_epi64(w[0], 51), _mm512_slli_epi64(w[1], 13)), FX_MASK);
  y->v[2] = _mm512_and_si512(
      _mm512_or_si512(_mm512_srli_epi64(w[1], 38), _mm512_slli_epi64(w[2], 26)), FX_MASK);
  y->v[3] = _mm512_and_si512(
      _mm512_or_si512(_mm512_srli_epi64(w[2], 25), _mm512_slli_epi64(w[3], 39)), FX_MASK);
  y->v[4] = _mm512_and_si512(_mm512_srli_epi64(w[3], 12), FX_MASK);
  return _mm512_movepi64_mask(w[3]);
}

static inline void store(ifma_affine *out, fx sum, fx difference, fx product) {
  uint64_t *places[8];
  const __m512i words[16] = {
      sum.v[0],        sum.v[1],        sum.v[2],        sum.v[3],
      sum.v[4],        difference.v[0], difference.v[1], difference.v[2],
      difference.v[3], difference.v[4], product.v[0],    product.v[1],
      product.v[2],    product.v[3],    product.v[4],    _mm512_setzero_si512(),
  };
  for (int quad = 0; quad < 4; quad++) {
    for (int l = 0; l < 8; l++) places[l] = (uint64_t *)&out[l] + 4 * quad;
    fx_scatter4(places, words + 4 * quad);
  }
}

// Sixteen encodings; bit i of the result: encodings[i] is a point. As in point.c.
static uint32_t decode_16(ifma_affine out[16], const uint8_t *const encodings[16]) {
  fx y[SETS], u[SETS], v[SETS], uv3[SETS], uv7[SETS], root[SETS];
  __mmask8 sign[SETS];
  const fx one = {{fx_word(1)}};
  const fx d = fx_all(FE_D.v);
  EACH {
    sign[i] = load(&y[i], encodings + 8 * i);
    const fx yy = fx_sq(y[i]);
    u[i] = fx_carry(fx_minus(yy, one));
    v[i] = fx_carry(fx_plus(fx_product(yy, d), one));
    const fx v3 = fx_mul(fx_sq(v[i]), v[i]);
    uv3[i] = fx_mul(v3, u[i]);
    uv7[i] = fx_mul(fx_mul(fx_sq(v3), v[i]), u[i]);
  }
  power_p58(root, uv7);
  uint32_t decoded = 0;
  EACH {
    fx x = fx_mul(root[i], uv3[i]);
    const fx check = fx_mul(fx_sq(x), v[i]);
    const __mmask8 is_root = fx_zeros(fx_minus(check, u[i]));
    const __mmask8 is_other = fx_zeros(fx_plus(check, u[i]));
    x = fx_select(is_root, fx_mul(x, fx_all(FE_SQRT_MINUS_1.v)), x);
    x = fx_canonical(x);
    const __mmask8 odd = _mm512_test_epi64_mask(x.v[0], fx_word(1));
    x = fx_select(odd ^ sign[i], x, fx_negate(x));
    const fx product = fx_mul(fx_mul(x, y[i]), fx_all(FE_2D.v));
    store(out + 8 * i, fx_carry(fx_plus(y[i], x)), fx_carry(fx_minus(y[i], x)), product);
    decoded |= (uint32_t)(is_root | is_other) << 8 * i;
  }
  return decoded;
}

void ifma_decode(uint8_t *out, uint8_t *is_point, const uint8_t *const *encodings, size_t count) {
  ifma_affine *points = (ifma_affine *)out;
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const uint32_t decoded = decode_16(points + i, encodings + i);
    for (int j = 0; j < 16; j++) is_point[i + (size_t)j] = decoded >> j & 1;
  }
  if (i == count) return;
  // What is missing to sixteen is filled up with the last.
  const uint8_t *filled[16];
  ifma_affine spare[16];
  for (size_t j = 0; j < 16; j++) filled[j] = encodings[i + j < count ? i + j : count - 1];
  const uint32_t decoded = decode_16(spare, filled);
  for (size_t j = 0; i + j < count; j++) {
    points[i + j] = spare[j];
    is_point[i + j] = decoded >> j & 1;
  }
}

#pragma clang attribute pop

#endif
