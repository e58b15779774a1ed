#ifndef CL_IFMA_POINT_H
#define CL_IFMA_POINT_H

#include "ifma.h"
#include "ifma_fe.h"

// Eight curve points, one a lane, by the coordinates that an addition starts from:
// Y − X, Y + X, Z and T of point.h. All are tight; the formulas are point.h's and as
// complete.

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512ifma"))), \
    apply_to = function)

typedef struct {
  fx minus, plus, z, t;
} point8;

// The same of one point in memory: a bucket.
typedef struct {
  uint64_t words[20];
} bucket;

FX_INLINE point8 point8_identity(void) {
  const fx zero = {{fx_word(0), fx_word(0), fx_word(0), fx_word(0), fx_word(0)}};
  fx one = zero;
  one.v[0] = fx_word(1);
  return (point8){one, one, one, zero};
}

FX_INLINE point8 point8_load(uint64_t *const at[8]) {
  __m512i w[20];
  const uint64_t *places[8];
  for (int quad = 0; quad < 5; quad++) {
    for (int l = 0; l < 8; l++) places[l] = at[l] + 4 * quad;
    fx_gather4(w + 4 * quad, places);
  }
  return (point8){{{w[0], w[1], w[2], w[3], w[4]}},
                  {{w[5], w[6], w[7], w[8], w[9]}},
                  {{w[10], w[11], w[12], w[13], w[14]}},
                  {{w[15], w[16], w[17], w[18], w[19]}}};
}

FX_INLINE void point8_store(uint64_t *const at[8], point8 p) {
  uint64_t *places[8];
  __m512i w[20];
  for (int i = 0; i < 5; i++) {
    w[i] = p.minus.v[i];
    w[5 + i] = p.plus.v[i];
    w[10 + i] = p.z.v[i];
    w[15 + i] = p.t.v[i];
  }
  for (int quad = 0; quad < 5; quad++) {
    for (int l = 0; l < 8; l++) places[l] = at[l] + 4 * quad;
    fx_scatter4(places, w + 4 * quad);
  }
}

// From E, F, G, H of point.h's `completed`: X = E·F, Y = G·H, Z = F·G, T = E·H, of
// which X and Y are only needed added and subtracted: before they are carried.
FX_INLINE point8 point8_complete(fx e, fx f, fx g, fx h) {
  point8 out;
  const fx x = fx_product(e, f);
  const fx y = fx_product_raised(g, h);
  out.minus = fx_carry(fx_minus_raised(y, x));
  out.plus = fx_carry(fx_plus(y, x));
  out.z = fx_mul(f, g);
  out.t = fx_mul(e, h);
  return out;
}

// p + q in the lanes outside `negative`, p − q in the others; the same q in all.
FX_INLINE point8 point8_add_affine(point8 p, const ifma_affine *q, __mmask8 negative) {
  fx lower, upper, product;
  for (int i = 0; i < 5; i++) {
    const __m512i sum = fx_word(q->sum[i]), difference = fx_word(q->difference[i]);
    lower.v[i] = _mm512_mask_blend_epi64(negative, difference, sum);
    upper.v[i] = _mm512_mask_blend_epi64(negative, sum, difference);
    product.v[i] = fx_word(q->product[i]);
  }
  product = fx_select(negative, product, fx_negate(product));
  const fx a = fx_product(lower, p.minus);
  const fx b = fx_product_raised(upper, p.plus);
  const fx e = fx_carry(fx_minus_raised(b, a));
  const fx h = fx_carry(fx_plus(b, a));
  const fx c = fx_product(product, p.t);
  const fx twice = fx_raise(fx_plus(p.z, p.z));
  const fx f = fx_carry(fx_minus_raised(twice, c));
  const fx g = fx_carry(fx_plus(twice, c));
  return point8_complete(e, f, g, h);
}

// p + q, lane by lane.
FX_INLINE point8 point8_add(point8 p, point8 q, fx twice_d) {
  const fx a = fx_product(p.minus, q.minus);
  const fx b = fx_product_raised(p.plus, q.plus);
  const fx e = fx_carry(fx_minus_raised(b, a));
  const fx h = fx_carry(fx_plus(b, a));
  const fx c = fx_product(p.t, fx_mul(q.t, twice_d));
  fx twice = fx_product(p.z, q.z);
  twice = fx_carry(fx_plus(twice, twice));
  const fx f = fx_carry(fx_minus(twice, c));
  const fx g = fx_carry(fx_plus(twice, c));
  return point8_complete(e, f, g, h);
}

#pragma clang attribute pop

#endif
